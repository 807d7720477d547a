import { readFileSync } from 'node:fs'
import t from 'tap'
import { COMMANDS } from '../../src/cli/commands.js'
import { VERSION } from '../../src/version.js'
import { fourNodes, root } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.jobs = 2
const verbs = COMMANDS.map((c) => c.usage.split(' ')[0]!)

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

t.test('every verb has its own --help with its description and an example, without a Labfile', async (t) => {
  const klab = makeKlab(t, null)
  for (const c of COMMANDS) {
    const verb = c.usage.split(' ')[0]!
    const { code, stdout } = await klab.run(verb, '--help')
    t.equal(code, 0, verb)
    t.ok(stdout.startsWith(`klab ${verb}`), verb)
    t.ok(stdout.includes(c.examples[0]![0]), `${verb}: example`)
    for (const option of Object.keys(c.options ?? {}).filter((o) => o !== 'action'))
      t.match(stdout, `--${option}`, verb)
  }
})

const wrong: [string[], RegExp, RegExp][] = [
  [[], /name a command/, /try: klab --help/],
  [['frobnicate'], /frobnicate: no such command/, /try: klab --help/],
  [['statsu'], /statsu: no such command/, /try: klab status$/m],
  [['distroy', '-f'], /no such command/, /try: klab destroy$/m],
  [['up', '--untill', 'images'], /untill/, /try: klab up --until$/m],
  [['up', '--until', 'imges'], /"images"/, /try: klab up --help/],
  [['up', '--until'], /Not enough arguments.*until/, /try: klab up --help/],
  [['up', 'extra'], /extra/, /try: klab up --help/],
  [['status', '-f', 'x'], /before the command/, /try: klab -f LABFILE status/],
  [['bundle'], /Not enough/, /try: klab bundle --help/],
  [['bundle', 'biuld'], /"build"/, /try/],
  [['-f'], /needs the path/, /try: klab -f/],
  [['logs', '-n', '0'], /whole number/, /./],
  [['logs', 'nobody'], /no such node; there are k8s-master01/, /./],
  [['ssh'], /name a node/, /try: klab ssh k8s-master01/],
  [['ssh', 'nobody'], /nobody: no such node; there are k8s-master01, k8s-node01/, /./],
  [['destroy'], /no terminal to ask on/, /try: klab destroy --force/],
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
    t.match(r.stderr, /no Labfile in .*\ntry: klab init makes one/, argv.join(' '))
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
