// Which tests a test file holds, by their titles, without running it.
import { existsSync, readFileSync } from 'node:fs'

/** The text between the first quote after `.test(` and its end; a template's `${…}` stands for any text. */
const TITLE = /\.test\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Patterns of the titles in `test/NAME.test.ts`; undefined: there is no such file. */
export function titlesOf(name) {
  const path = `test/${name}.test.ts`
  if (!existsSync(path)) return undefined
  return [...readFileSync(path, 'utf8').matchAll(TITLE)].map(([, quote, text]) => {
    const parts = quote === '`' ? text.split(/\$\{[^}]*\}/) : [text]
    return new RegExp(`^${parts.map((part) => escape(part.replace(/\\(.)/g, '$1'))).join('.+')}$`)
  })
}

/** What is wrong with naming this test, in words; undefined: it is there. A title may be cut short with `…`. */
export function missing(name, title) {
  const titles = titlesOf(name)
  if (titles === undefined) return `no file test/${name}.test.ts`
  if (title === undefined) return undefined
  const begin = title.endsWith('…') ? title.slice(0, -1) : undefined
  const found = titles.some((t) => (begin === undefined ? t.test(title) : t.source.startsWith(`^${escape(begin)}`)))
  return found ? undefined : `no test “${title}” in test/${name}.test.ts`
}
