import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { createExec } from '../../src/host/exec.js'
import { stoppable } from '../../src/host/stoppable.js'

const real = createExec({ pid: 1, uid: 0, user: 'x', home: '/', cwd: '/', env: { PATH: process.env['PATH'] } })

t.test('a running command ends, even one that is deaf to SIGTERM; one that begins later runs to its end', async (t) => {
  const abort = new AbortController()
  const exec = stoppable(real, abort.signal)
  const file = join(t.testdir(), 'begun')
  const deaf = exec.run(['sh', '-c', 'trap "" TERM; echo >"$1"; while :; do sleep 0.1; done', 'x', file])
  const begun = (): boolean => {
    try {
      return readFileSync(file).length > 0
    } catch {
      return false
    }
  }
  while (!begun()) await new Promise((r) => setTimeout(r, 20))
  const started = performance.now()
  abort.abort()
  await t.rejects(deaf, Interrupted)
  const ms = performance.now() - started
  t.ok(ms > 1000 && ms < 30_000, `${ms} ms: asked first, then ended`)
  t.match(await exec.run(['echo', 'clean']), { stdout: 'clean\n' })
})

t.test('a command with a signal of its own keeps it', async (t) => {
  const [outer, own] = [new AbortController(), new AbortController()]
  const ended = stoppable(real, outer.signal).run(['sleep', '60'], { signal: own.signal })
  own.abort()
  await t.rejects(ended, Interrupted)
})
