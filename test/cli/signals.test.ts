/** Ctrl-C and SIGTERM, once and twice. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fourNodes } from '../fakes/world.js'
import { makeKlab } from './klab.js'

t.jobs = 2

/** klab with a virsh that hangs, and that virsh's pid; it is ended with the test, whatever klab did. */
async function hanging(t: Test, argv: readonly string[], how = 'hang') {
  const klab = makeKlab(t, fourNodes(), { FAKE_VIRSH: how })
  klab.record()
  const file = join(klab.dir, 'pid')
  klab.env['FAKE_VIRSH_PID'] = file
  const started = klab.start(...argv)
  const pid = await pidIn(file)
  t.teardown(() => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone by itself.
    }
  })
  return { ...started, pid }
}

/** Waits until the hanging virsh says its pid. */
async function pidIn(file: string): Promise<number> {
  for (let i = 0; i < 500; i++) {
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
    if (text) return Number(text)
    await new Promise((r) => setTimeout(r, 20))
  }
  throw new Error(`${file}: no virsh`)
}

/** Waits until this process has ended. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (!existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return
    await new Promise((r) => setTimeout(r, 20))
  }
  throw new Error(`${pid} is still there`)
}

for (const [signal, verb] of [
  ['SIGINT', ['status']],
  ['SIGTERM', ['status', '--json']],
  ['SIGINT', ['up']],
  ['SIGINT', ['halt']],
] as const) {
  t.test(`${signal} while virsh hangs in ${verb.join(' ')}: exit 130 at once, and virsh is ended`, async (t) => {
    const { child, ended, pid } = await hanging(t, verb)
    const started = performance.now()
    child.kill(signal)
    const r = await ended
    t.equal(r.code, 130)
    t.match(r.stderr, /interrupted/)
    // The virsh would hang for an hour. A starved machine takes seconds for what takes one.
    t.ok(performance.now() - started < 30_000, `${performance.now() - started} ms`)
    await new Promise((done) => setTimeout(done, 100))
    t.throws(() => process.kill(pid, 0), 'no virsh is left')
  })
}

t.test('who presses Ctrl-C twice is out, whatever hangs', async (t) => {
  const { child, ended, pid } = await hanging(t, ['destroy', '-f'], 'deaf')
  child.kill('SIGINT')
  await new Promise((r) => setTimeout(r, 300))
  child.kill('SIGINT')
  t.equal((await ended).code, 130)
  await t.resolves(gone(pid), 'nor is a virsh left')
})

t.test('kill -9: what klab was running ends with it', async (t) => {
  const { child, ended, pid } = await hanging(t, ['destroy', '-f'])
  child.kill('SIGKILL')
  await ended
  await t.resolves(gone(pid))
})
