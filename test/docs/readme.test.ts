/** README.zh.md says what README.md says: the same parts, code and links. So does Labfile.zh.example. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { root } from '../fakes/world.js'

const [en = '', zh = ''] = ['README.md', 'README.zh.md'].map((name) => readFileSync(`${root}/${name}`, 'utf8'))
const blocks = (text: string): string[] => text.match(/^```[^]*?^```$/gm) ?? []
const prose = (text: string): string => text.replace(/^```[^]*?^```$/gm, '')
/** In the order of the text, without those to each other. */
const links = (text: string): string[] =>
  [...prose(text).matchAll(/\]\(([^)]+)\)/g)].map((m) => m[1]!).filter((to) => !to.startsWith('README'))

t.test('as many headings, of the same levels', (t) => {
  const levels = (text: string): string[] => (prose(text).match(/^#+ /gm) ?? []).map((mark) => mark.trim())
  t.ok(levels(en).length > 5)
  t.same(levels(zh), levels(en))
  t.end()
})

t.test('the same code blocks', (t) => {
  t.ok(blocks(en).length > 3)
  t.same(blocks(zh), blocks(en))
  t.end()
})

t.test('the same links, and as many points in each list', (t) => {
  t.ok(links(en).length > 15)
  t.same(links(zh), links(en))
  const points = (text: string): number[] =>
    prose(text)
      .split(/^## /m)
      .map((part) => part.match(/^- /gm)?.length ?? 0)
  t.same(points(zh), points(en))
  t.end()
})

t.test('they lead to each other', (t) => {
  t.match(en, '](README.zh.md)')
  t.match(zh, '](README.md)')
  t.end()
})

t.test('Labfile.zh.example has the fields of Labfile.example, line by line', (t) => {
  const [en, zh] = ['Labfile.example', 'Labfile.zh.example'].map((name) =>
    readFileSync(`${root}/${name}`, 'utf8').split('\n'),
  )
  const code = (line: string): string => line.replace(/(?<=\S) # .*$/, '')
  const isProse = (line: string): boolean => /^ *#/.test(line) && /\p{Script=Han}/u.test(code(line))
  t.equal(zh!.length, en!.length)
  const fields = (lines: string[]): (string | undefined)[] =>
    lines.map((line, i) => (isProse(zh![i]!) ? line.trim()[0] : code(line)))
  t.same(fields(zh!), fields(en!))
  t.ok(zh!.filter(isProse).length < 15, 'fields that are commented out are compared too')
  t.end()
})
