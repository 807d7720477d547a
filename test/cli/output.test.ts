/** Where klab's output goes: a reader that stops early, a disk that is full. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { main, makeKlab } from './klab.js'

const sh = (klab: ReturnType<typeof makeKlab>, line: string) =>
  spawnSync('bash', ['-c', line], {
    cwd: join(klab.dir, 'work'),
    env: { ...klab.env, NODE: process.execPath, MAIN: main },
    encoding: 'utf8',
  })

t.test('a reader that has gone: no stack trace, and klab ends well', (t) => {
  const klab = makeKlab(t)
  // The pause: the reader has ended before the first byte is written.
  for (const verb of ['--help', 'validate --json', 'plan --json']) {
    const line = `set -o pipefail; { sleep 0.5; "$NODE" "$MAIN" ${verb}; } | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = sh(klab, line)
    t.equal(stderr, '', verb)
    t.equal(stdout, '0\n', verb)
  }
  t.end()
})

t.test('a disk that is full: a sentence and exit 1', (t) => {
  const klab = makeKlab(t)
  const { status, stderr } = sh(klab, '"$NODE" "$MAIN" --help > /dev/full')
  t.equal(status, 1)
  t.match(stderr, /^klab: the output cannot be written: ENOSPC.*\n$/)
  t.end()
})

t.test('what a console, a log or a Labfile holds does nothing to the terminal', async (t) => {
  const nasty = 'a\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b2J\u202eb'
  const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/
  const klab = makeKlab(t)
  const paths = klab.record()
  const { console: serial } = paths.node('k8s-node01')
  mkdirSync(dirname(serial), { recursive: true })
  writeFileSync(serial, `boots\r\n${nasty}\r\n`)
  writeFileSync(paths.log, `${JSON.stringify({ time: '2026-01-01T00:00:00Z', type: 'note', text: nasty })}\n`)
  const yaml = join(klab.dir, 'work/Labfile.bad')
  writeFileSync(yaml, `version: 1\nname: ${JSON.stringify(nasty)}\n`)
  for (const argv of [['logs', 'k8s-node01'], ['logs'], ['validate', '-f', yaml], ['validate', '-f', yaml, '--json']]) {
    const { stdout, stderr } = await klab.run(...argv)
    t.match(stdout + stderr, /ab|\\u001b/, argv.join(' '))
    t.notMatch(stdout + stderr, unsafe, argv.join(' '))
  }
})
