import { getEventListeners } from 'node:events'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { systemClock } from '../../src/host/clock.js'

t.test('now is the time; sleep takes it', async (t) => {
  t.ok(Math.abs(systemClock.now() - Date.now()) < 1000)
  const started = performance.now()
  await systemClock.sleep(60)
  t.ok(performance.now() - started >= 55)
})

t.test('monotonic goes on whatever the wall clock does', (t) => {
  const { now } = Date
  t.teardown(() => void (Date.now = now))
  const [wall, started] = [systemClock.now(), systemClock.monotonic()]
  Date.now = () => wall + 8 * 3_600_000
  t.ok(systemClock.now() - wall >= 8 * 3_600_000)
  t.ok(systemClock.monotonic() - started < 60_000)
  t.ok(Number.isInteger(started), 'whole ms: a manifest keeps them, and people read them')
  t.end()
})

t.test('abort ends a sleep at once, and one that was aborted before does not begin', async (t) => {
  const abort = new AbortController()
  const started = performance.now()
  setTimeout(() => abort.abort(), 20)
  await t.rejects(systemClock.sleep(60_000, abort.signal), Interrupted)
  await t.rejects(systemClock.sleep(60_000, abort.signal), Interrupted)
  t.ok(performance.now() - started < 5000)
})

t.test('a signal that is slept on often does not gather listeners', async (t) => {
  const { signal } = new AbortController()
  for (let i = 0; i < 30; i++) await systemClock.sleep(1, signal)
  t.equal(getEventListeners(signal, 'abort').length, 0)
})
