import { readFileSync } from 'node:fs'
import t from 'tap'
import { COMMANDS } from '../../src/cli/commands.js'
import { parse } from '../../src/cli/parse.js'
import { VERSION } from '../../src/version.js'
import { fourNodes, root } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.jobs = 2
const verbOf = ({ usage }: { usage: string }): string => usage.split(' ')[0]!
const verbs = COMMANDS.map(verbOf)
/** Every command: verb and action, as typed. */
const all = COMMANDS.flatMap((c) =>
  'actions' in c
    ? c.actions.map((a) => ({ words: [verbOf(c), verbOf(a)], command: a }))
    : [{ words: [verbOf(c)], command: c }],
)

t.test('the version is that of package.json', async (t) => {
  t.equal(VERSION, (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }).version)
  t.same(await makeKlab(t).run('--version'), { code: 0, stdout: `${VERSION}\n`, stderr: '' })
})

t.test('--help lists every verb and the exit statuses', async (t) => {
  const { code, stdout, stderr } = await makeKlab(t).run('--help')
  t.equal(code, 0)
  t.equal(stderr, '')
  for (const verb of verbs) t.match(stdout, new RegExp(`^ +klab ${verb}\\b`, 'm'), verb)
  t.match(stdout, /exit status: 0 done/)
})

/** What `klab WORDS --help` prints. Asked in this process: a hundred processes would take half a minute. */
async function helpOf(...words: string[]): Promise<string> {
  const parsed = await parse({ commands: COMMANDS, version: VERSION, epilogue: '' }, [...words, '--help'], 100)
  if (!('text' in parsed)) throw new Error(`klab ${words.join(' ')} --help: no text`)
  return parsed.text
}

t.test('--help of one verb as a process, without a Labfile', async (t) => {
  const { code, stdout, stderr } = await makeKlab(t, null).run('up', '--help')
  t.match({ code, stderr }, { code: 0, stderr: '' })
  t.ok(stdout.startsWith((await helpOf('up')).split('\n')[0]!))
})

t.test('every command has its own --help with its words, options and an example', async (t) => {
  for (const { words, command } of all) {
    const name = words.join(' ')
    const stdout = await helpOf(...words)
    t.ok(stdout.startsWith(`klab ${words.slice(0, -1).concat(command.usage).join(' ')}`), name)
    t.ok(stdout.includes(command.examples[0]![0]), `${name}: example`)
    for (const [option, { describe }] of Object.entries(command.options ?? {})) {
      const word = new RegExp(`[<[]${option}\\b`).test(command.usage)
      t.match(stdout, word ? new RegExp(`^ +${option} `, 'm') : `--${option}`, name)
      t.ok(describe, `${name} ${option}: described`)
    }
  }
})

t.test('a verb with actions: --help lists them with what each does', async (t) => {
  for (const c of COMMANDS.filter((c) => 'actions' in c)) {
    const stdout = await helpOf(c.usage)
    t.ok(stdout.startsWith(`klab ${c.usage} <action> [options]\n`), stdout)
    for (const a of c.actions) {
      t.match(stdout, `klab ${c.usage} ${a.usage} `)
      t.match(stdout.replace(/\s+/g, ' '), a.describe)
    }
  }
})

const wrong: [string[], RegExp, RegExp][] = [
  [['--foo'], /no such option --foo/, /try: klab --help/],
  [['validate', '--', 'other/Labfile'], /found other\/Labfile/, /try: klab -f other\/Labfile validate$/m],
  [['-f'], /needs the path/, /try: klab -f/],
  [['logs', '-n', '0'], /whole number/, /./],
  [['logs', 'nobody'], /no such node; there are k8s-master01/, /./],
  [['logs', '--', 'nobody'], /no such node; there are k8s-master01/, /./],
  [['ssh'], /name a node/, /try: klab ssh k8s-master01/],
  [['ssh', 'nobody'], /nobody: no such node; there are k8s-master01, k8s-node01/, /./],
  [['destroy'], /it must ask, and there is no terminal/, /try: klab destroy --force/],
]
t.test('mistakes on the command line: exit 2, told on stderr with what to type, nothing on stdout', async (t) => {
  const klab = makeKlab(t)
  klab.record()
  for (const [argv, said, hint] of wrong) {
    const r = await klab.run(...argv)
    const what = `klab ${argv.join(' ')}`
    t.equal(r.code, 2, what)
    t.equal(r.stdout, '', what)
    t.match(r.stderr, said, what)
    t.match(r.stderr, hint, what)
    t.notMatch(r.stderr, /bug in klab/, what)
  }
})

t.test('no Labfile: exit 2 for every verb that needs one, and how to get one', async (t) => {
  const klab = makeKlab(t, null)
  for (const argv of [
    ['up'],
    ['status'],
    ['ssh', 'x'],
    ['kubectl', 'get', 'pods'],
    ['kubeconfig'],
    ['logs'],
    ['destroy', '-f'],
    ['validate'],
    ['plan'],
    ['doctor'],
  ]) {
    const r = await klab.run(...argv)
    t.match(r, { code: 2, stdout: '' }, argv.join(' '))
    t.match(r.stderr, /no Labfile in .*\ntry: klab init /, argv.join(' '))
  }
})

t.test('a bad Labfile: exit 2, every problem as FILE:LINE:COL on stderr, nothing on stdout', async (t) => {
  const klab = makeKlab(t, `${fourNodes()}netwrok: {}\nos: { user: root }\n`)
  for (const verb of ['validate', 'plan', 'up', 'doctor', 'status']) {
    const r = await klab.run(verb)
    t.match(r, { code: 2, stdout: '' }, verb)
    t.match(r.stderr, new RegExp(`${klab.dir}/work/Labfile:7:1: netwrok: .*network`), verb)
    t.match(r.stderr, /Labfile:8:\d+: os\.user: /, verb)
  }
})

t.test('an error with --json: one JSON value on stdout too, words on stderr', async (t) => {
  const klab = makeKlab(t, `${fourNodes()}netwrok: {}\n`)
  const r = await klab.run('validate', '--json')
  t.equal(r.code, 2)
  t.match(JSON.parse(r.stdout), { error: { code: 'labfile', issues: [{ line: 7, column: 1, field: 'netwrok' }] } })
  t.match(r.stderr, /netwrok/)
})

t.test('-f before the verb: a file, a folder, and --file after the verb', async (t) => {
  const klab = makeKlab(t)
  for (const argv of [
    ['-f', 'Labfile', 'validate'],
    ['-f', '.', 'validate'],
    ['--file=Labfile', 'validate'],
    ['validate', '--file', 'Labfile'],
    ['-f', `${root}/labs/plain`, 'validate'],
  ])
    t.match(await klab.run(...argv), { code: 0, stdout: /: valid\n$/, stderr: '' }, argv.join(' '))
  t.match(await klab.run('-f', 'nowhere', 'validate'), { code: 2, stdout: '', stderr: /nowhere: no Labfile there/ })
})
