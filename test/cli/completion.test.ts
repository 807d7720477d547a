import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { COMMANDS } from '../../src/cli/commands.js'
import { complete } from '../../src/cli/completion.js'
import { main, makeKlab } from './klab.js'

const WORDS = {
  node: ['n1', 'n2'],
  snapshot: ['s1', 's2'],
  section: ['2.2.1', '2.2.7'],
  template: ['plain'],
  addon: ['metrics-server'],
}
const after = (line: string) => complete(line.split(' '), COMMANDS, (kind) => Promise.resolve(WORDS[kind]))

const cases: [string, readonly string[] | RegExp][] = [
  ['', /(^|,)up,.*(^|,)list,global-status,/],
  ['sta', ['status']],
  ['-f x/Labfile sus', ['suspend']],
  ['up --un', ['--until']],
  ['up --until ima', ['image', 'images']],
  ['status --', ['--fresh', '--json', '--help']],
  ['ssh ', ['n1', 'n2']],
  ['ssh n1 ', []],
  ['logs ', ['n1', 'n2']],
  ['halt n1 n', ['n1', 'n2']],
  ['exec -n ', ['n1', 'n2']],
  ['exec --timeout 5 ', ['n1', 'n2']],
  ['exec --all -- u', []],
  ['check ', ['2.2.1', '2.2.7', 'n1', 'n2']],
  ['explain 2.2.', ['2.2.1', '2.2.7']],
  ['provision --only ru', ['runtime']],
  ['init ', ['plain']],
  ['completion z', ['zsh']],
  ['cp a', []],
  ['global-status --pr', ['--prune']],
  ['graph --format ', ['text', 'mermaid', 'svg', 'html']],
  ['timeline --format s', ['svg']],
  ['timeline -o ', []],
  ['nonsense ', []],
  ['snapshot re', ['restore', 'rename']],
  ['snapshot restore ', ['s1', 's2']],
  ['snapshot save --li', []],
  ['snapshot save --no', ['--no-live']],
  ['bundle ver', ['verify']],
  ['addon ', ['list', 'enable', 'disable', '--help']],
  ['addon enable ', ['metrics-server']],
]
t.test('what may come next', async (t) => {
  for (const [line, wanted] of cases) {
    const found = await after(line)
    if (wanted instanceof RegExp) t.match(found.join(), wanted, line)
    else t.same(found, wanted, line)
  }
})

t.test('the scripts ask klab; bash completes with them', async (t) => {
  const klab = makeKlab(t)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await klab.run('completion', shell)
    t.equal(code, 0)
    t.match(stdout, `klab completion ${shell} --words --`)
  }
  t.match(await klab.run('completion', 'tcsh'), { code: 2, stdout: '' })
  const bin = join(klab.dir, 'bin/klab')
  mkdirSync(dirname(bin))
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 })
  const line = (words: readonly string[]): string =>
    execFileSync(
      'bash',
      [
        '-c',
        'eval "$(klab completion bash)"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _klab; echo "${COMPREPLY[*]}"',
        'klab',
        'klab',
        ...words,
      ],
      {
        cwd: join(klab.dir, 'work'),
        env: { ...klab.env, PATH: `${dirname(bin)}:${klab.env['PATH'] ?? ''}` },
        encoding: 'utf8',
      },
    ).trim()
  t.equal(line(['ssh', 'k8s-n']), 'k8s-node01 k8s-node02 k8s-node03')
  t.equal(line(['-f', 'Labfile', 'up', '--u']), '--until')
})
