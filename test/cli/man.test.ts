import { readFileSync } from 'node:fs'
import t from 'tap'
import { COMMANDS } from '../../src/cli/commands.js'
import { manPage } from '../../src/cli/man.js'
import { root } from '../fakes/world.js'

const page = manPage('1.2.3', 'labs - for people')
/** As a reader sees it: without letters for the formatter. */
const text = page
  .replace(/^\.(?:TP|PP|nh|ad l)\n/gm, '')
  .replace(/\\f[BIR]/g, '')
  .replace(/\\([-&])/g, (_, c) => (c === '-' ? '-' : ''))
  .replace(/\\e/g, '\\')
  .replace(/\\\(ti/g, '~')
  .replace(/\\\(ha/g, '^')
const verbOf = ({ usage }: { usage: string }): string => usage.split(' ')[0]!
/** Its lines from one heading to the next. */
const part = (title: string): string => text.split(/^\.S[SH] /m).find((p) => p.startsWith(`${title}\n`)) ?? ''

t.test('every command has a part with its words, options and examples', (t) => {
  const all = COMMANDS.flatMap((c) =>
    'actions' in c
      ? c.actions.map((a) => ({ name: `${verbOf(c)} ${verbOf(a)}`, command: a }))
      : [{ name: verbOf(c), command: c }],
  )
  t.ok(all.length > 60, `${all.length} commands`)
  for (const { name, command } of all) {
    const said = part(`klab ${name}`)
    t.match(said, `${command.describe}.\n`, name)
    for (const [option, o] of Object.entries(command.options ?? {})) {
      const word = new RegExp(`[<[]${option}\\b`).test(command.usage)
      t.match(said, word ? `\n${option}\n` : `--${o.default === true ? `no-${option}` : option}`, `${name} ${option}`)
      t.match(said, o.describe ?? 'described', `${name} ${option}`)
    }
    for (const [line] of command.examples) t.ok(said.includes(`\n${line}\n`), `${name}: ${line}`)
  }
  t.end()
})

t.test('the head, the exit statuses, and what klab reads from the environment', (t) => {
  t.ok(page.startsWith('.TH KLAB 1 "" "klab 1.2.3" "User Commands"\n'))
  t.match(part('NAME'), 'klab - labs - for people')
  t.match(part('EXIT STATUS'), /^3\nhost lacks something$/m)
  const read = ['state/paths', 'host/ownership'].map((file) => readFileSync(`${root}/src/${file}.ts`, 'utf8')).join('')
  const names = new Set([...read.matchAll(/(?:env\[|own\()'(KLAB_\w+)'/g)].map((m) => m[1]!))
  t.equal(names.size, 4)
  for (const name of names) t.match(part('ENVIRONMENT'), new RegExp(`^${name}$`, 'm'))
  t.end()
})

t.test('no text is taken for a command to the formatter', (t) => {
  const macros = new Set(page.split('\n').flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []))
  t.same([...macros].sort(), ['PP', 'SH', 'SS', 'TH', 'TP', 'ad', 'nh'])
  const escapes = new Set(page.match(/\\./g))
  t.same(
    [...escapes].sort(),
    ['\\(', '\\-', '\\e', '\\f'].filter((e) => escapes.has(e)),
  )
  t.notMatch(page.replace(/\\-/g, ''), /^\.SH NAME\n.*-/m, 'man(1) must not take a hyphen for a minus')
  t.end()
})
