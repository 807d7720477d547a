import { spawnSync } from 'node:child_process'
import t from 'tap'
import { quote } from '../../src/guest/quote.js'

t.test('every word comes out of a real shell as it went in', (t) => {
  const words = [
    'plain',
    '',
    ' ',
    'a b',
    "it's",
    "''",
    '"double"',
    '$HOME',
    '`id`',
    '$(id)',
    'a\nb\n',
    '\t',
    '\\',
    '\\n',
    '课程 §2.2 ✓',
    '*',
    '~',
    '~root',
    '#c',
    '!x',
    'a=b',
    '=x',
    '-n',
    '--',
    ';',
    '&',
    '|',
    '>x',
    '{a,b}',
    '[a]',
    '?',
    '%s',
    'é\u0301',
    '😀',
  ]
  for (const shell of ['sh', 'bash']) {
    const out = spawnSync(shell, ['-c', `printf '%s\\0' ${quote(words)}`], { encoding: 'utf8' })
    t.same(out.stdout.split('\0').slice(0, -1), words, shell)
  }
  t.end()
})

t.test('plain words stay readable; a word is never an assignment or a tilde', (t) => {
  t.equal(
    quote(['sudo', '-n', 'kubeadm', 'init', '--config=/etc/k.yaml', 'user@host:22']),
    'sudo -n kubeadm init --config=/etc/k.yaml user@host:22',
  )
  t.equal(quote(['A=1', '~', "it's"]), `A=1 '~' 'it'\\''s'`)
  t.throws(() => quote(['a\0b']), TypeError)
  t.end()
})
