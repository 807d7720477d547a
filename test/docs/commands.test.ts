/** README.md and docs/: every `klab …` that they name is a command, with options that it has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { Command } from '../../src/cli/command.js'
import { COMMANDS } from '../../src/cli/commands.js'
import { locate } from '../../src/cli/locate.js'
import { COMMON_OPTIONS } from '../../src/cli/options.js'
import { root } from '../fakes/world.js'

/** `klab …` as it stands in a page: in a code span, or as a line of a code block. */
function commandsIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap((m) => m[1]!.split('\n'))
  const spans = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map((m) => m[1]!)
  return [...blocks, ...spans.map((s) => s.replace(/\s+/g, ' '))].filter((s) => /^klab( |$)/.test(s))
}

/** `node add\|remove` names two commands; what is in brackets may be there. */
function readings(line: string): readonly (readonly string[])[] {
  const words = line
    .replace(/[[\]]/g, ' ')
    .replace(/\\\|/g, '|')
    .replace(/ #.*| [&>].*/, '')
    .split(' ')
    .filter(Boolean)
    .slice(1)
  const own = words[0] === '-f' ? words.slice(2) : words
  const [verbs = '', actions = '', ...rest] = own
  return verbs.split('|').flatMap((verb) => actions.split('|').map((action) => [verb, action, ...rest].filter(Boolean)))
}

/** Options of klab that the words name, without their values; none after `--`. */
const optionsOf = (words: readonly string[]): readonly string[] =>
  (words.includes('--') ? words.slice(0, words.indexOf('--')) : words).filter((w) => /^--?[a-z]/.test(w))

const aliasesOf = (option: object): readonly string[] =>
  'alias' in option ? [option.alias].flat().filter((alias) => typeof alias === 'string') : []

const hasOption = ({ options = {} }: Command, word: string): boolean =>
  ['--help', '-h'].includes(word) ||
  Object.entries({ ...COMMON_OPTIONS, ...options }).some(
    ([name, o]) => [`--${name}`, `--no-${name}`].includes(word) || aliasesOf(o).some((alias) => word === `-${alias}`),
  )

/** What klab does not have, in the words of a page. */
function unknown(line: string): readonly string[] {
  return readings(line).flatMap((words) => {
    if (words.length === 0 || words[0]?.startsWith('-') || /^[A-Z…]/.test(words[0] ?? '')) return []
    const { entry, command } = locate(COMMANDS, words)
    if (!entry) return [words.join(' ')]
    if (!command) return 'actions' in entry && words.length === 1 ? [] : [words.join(' ')]
    if (command.passthrough) return []
    return optionsOf(words).some((o) => !hasOption(command, o)) ? [words.join(' ')] : []
  })
}

const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(`${root}/docs`).map((f) => `docs/${f}`)].filter((f) =>
  f.endsWith('.md'),
)

for (const page of pages)
  t.test(page, (t) => {
    const lines = commandsIn(readFileSync(`${root}/${page}`, 'utf8'))
    t.same([...new Set(lines.flatMap(unknown))], [])
    t.end()
  })

t.test('docs/comparison.md: a command in each row of what klab has', (t) => {
  const table = readFileSync(`${root}/docs/comparison.md`, 'utf8').split(/^## /m)[1] ?? ''
  const rows = table.split('\n').filter((line) => /^\| \d/.test(line))
  t.equal(rows.length, 15)
  for (const row of rows) {
    const [, number = '', , command = '', , shown = ''] = row.split(/(?<!\\)\|/)
    t.ok(commandsIn(command).length > 0, `row${number}`)
    const tests = [...shown.matchAll(/`([\w-]+\/[\w-]+)`/g)].map((m) => m[1]!)
    t.ok(tests.length > 0 || shown.includes(']('), `row${number}: who shows it`)
    t.same(tests.filter((file) => !existsSync(`${root}/test/${file}.test.ts`)), []) // prettier-ignore
  }
  t.end()
})

t.test('what the test itself finds', (t) => {
  const text = '`klab nonsense`, `klab up --untill X`, `klab node fly`, `klab node add\\|fly`, `klab status\n--json`'
  t.same(commandsIn(text).flatMap(unknown), ['nonsense', 'up --untill X', 'node fly', 'node fly'])
  t.same(commandsIn('```sh\nklab frob   # what\n./quickstart\n```').flatMap(unknown), ['frob'])
  t.end()
})
