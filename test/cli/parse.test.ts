import t from 'tap'
import { parse, type Parsed } from '../../src/cli/parse.js'
import { COMMANDS } from '../../src/cli/commands.js'
import { verbOf } from '../../src/cli/locate.js'
import { UsageError } from '../../src/errors.js'

const read = (...argv: string[]): Promise<Parsed | { readonly text: string }> =>
  parse({ commands: COMMANDS, version: '0', epilogue: '' }, argv, 100)

/** The refusal as it is printed. */
const refused = async (...argv: string[]): Promise<string> => {
  const found = await read(...argv).catch((error: unknown) => error)
  return found instanceof UsageError ? `${found.message}\ntry: ${found.hint ?? ''}` : JSON.stringify(found)
}

/** Every command: verb and action, as typed. */
const all = COMMANDS.flatMap((c) =>
  'actions' in c
    ? c.actions.map((a) => ({ words: [verbOf(c), verbOf(a)], command: a }))
    : [{ words: [verbOf(c)], command: c }],
)

const wrong: [string[], RegExp, RegExp][] = [
  [[], /name a command/, /try: klab --help/],
  [['--foo'], /no such option --foo/, /try: klab --help/],
  [['--versoin'], /no such option --versoin/, /try: klab --version$/m],
  [['frobnicate'], /frobnicate: no such command$/m, /try: klab --help/],
  [['statsu'], /statsu: no such command; did you mean status\?/, /try: klab status$/m],
  [['statsu', '--json'], /no such command/, /try: klab status --json$/m],
  [['distroy', '-f'], /no such command/, /try: klab destroy -f$/m],
  [['up', '--untill', 'images'], /up: no such option --untill/, /try: klab up --until$/m],
  [['up', '--no-sael'], /no such option --no-sael/, /try: klab up --seal$/m],
  [['up', '-x'], /no such option -x/, /try: klab up --help/],
  [['up', '--until', 'imges'], /--until: imges is not one of network, /, /try: klab up --until images$/m],
  [['up', '--until', 'zzz'], /--until: zzz is not one of network, /, /try: klab up --help$/m],
  [['up', '--until'], /up: --until: needs a value/, /try: klab up --help/],
  [['up', '--until', 'boot', '--until', 'images'], /--until is given twice/, /try: klab up --help/],
  [['up', 'extra'], /up: takes no arguments, found extra/, /try: klab up$/m],
  [['up', '--', 'extra'], /found extra/, /try: klab up$/m],
  [['validate', '--', 'other/Labfile'], /found other\/Labfile/, /try: klab -f other\/Labfile validate$/m],
  [['explain', '2.2', '2.3'], /explain: 2\.3 is one argument too many/, /try: klab explain \[section\]$/m],
  [['explain', '2.2', '--', '2.3'], /2\.3 is one argument too many/, /try/],
  [['status', '-f', 'x'], /before the command/, /try: klab -f LABFILE status/],
  [['bundle'], /bundle: name an action: build, list, /, /try: klab bundle --help/],
  [['bundle', 'biuld'], /bundle biuld: no such action; did you mean build\?/, /try: klab bundle build$/m],
  [['snapshot', 'restroe', 'a'], /no such action; did you mean restore\?/, /try: klab snapshot restore a$/m],
  [['snapshot', 'zzz'], /no such action; there are save, list, /, /try: klab snapshot --help$/m],
  [['snapshot', '--json'], /snapshot: name an action: save, /, /try: klab snapshot --help$/m],
  [['snapshot', 'list', 'list'], /snapshot list: takes no arguments, found list/, /try: klab snapshot list$/m],
  [['snapshot', 'undo', '--undo'], /snapshot undo: no such option --undo/, /./],
  [['snapshot', 'save', 'a', '--force'], /snapshot save: no such option --force/, /try: klab snapshot save --/],
  [['snapshot', 'save', 'a', '--', 'b'], /snapshot save: b is one argument too many/, /./],
  [['snapshot', 'restore', '--name', 'a', 'b'], /no such option --name/, /try: klab snapshot restore <name>$/m],
  [['snapshot', 'restore', '--', '-x'], /-x: no name begins with -/, /./],
  [['snapshot', 'rename', 'a'], /rename: needs <to>, its new name/, /try: klab snapshot rename <name> <to>$/m],
]
for (const [argv, said, hint] of wrong)
  t.test(`klab ${argv.join(' ')}: told what is wrong, and what to type`, async (t) => {
    const text = await refused(...argv)
    t.match(text, said)
    t.match(text, hint)
  })

t.test('no command takes an option of another, nor one word more than it has', async (t) => {
  for (const { words, command } of all.filter(({ command }) => !command.passthrough)) {
    const takes = command.usage.split(' ').slice(1)
    const given = takes.map((_, i) => `w${i}`)
    const name = words.join(' ')
    t.match(await refused(...words, ...given, '--no-such'), /no such option --no-such/, name)
    if (command.rest || takes.some((w) => w.includes('..'))) continue
    for (const more of [['extra'], ['--', 'extra']])
      t.match(await refused(...words, ...given, ...more), /found extra|extra is one argument too many/, name)
  }
})

t.test('words after -- are the command’s own', async (t) => {
  t.match(await read('logs', '--', 'n1'), { args: { node: 'n1' } })
  t.match(await read('provision', 'n1', '--', 'n2'), { args: { node: ['n1', 'n2'] } })
  t.match(await read('snapshot', 'rename', 'a', '--', 'b'), { args: { name: 'a', to: 'b' } })
  t.match(
    await read('ssh', 'n1', '--', 'ls'),
    { args: { _: ['ssh', 'n1', '--', 'ls'] } },
    'of another program: as they are',
  )
})

t.test('actions: their own options with their defaults, the Labfile from before the verb', async (t) => {
  t.match(await read('-f', 'lab', 'snapshot', 'restore', 'a', '--no-undo'), {
    command: { usage: 'restore <name>' },
    args: { name: 'a', undo: false, wait: true, file: 'lab' },
  })
  t.match(await read('snapshot', 'list', '--json'), { command: { usage: 'list' }, args: { json: true } })
  t.match(await read('snapshot', 'undo'), { command: { usage: 'undo' }, args: { wait: true } })
})

t.test('klab’s own sentences, whatever the locale', async (t) => {
  const { LC_ALL } = process.env
  process.env['LC_ALL'] = 'zh_CN.UTF-8'
  t.teardown(() => {
    if (LC_ALL === undefined) delete process.env['LC_ALL']
    else process.env['LC_ALL'] = LC_ALL
  })
  t.match(await refused('up', '--untill', 'images'), /no such option --untill/)
})
