/** Where klab's output goes: a reader that stops early, a disk that is full. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
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
