import t from 'tap'
import { CommandError, Interrupted } from '../../src/errors.js'
import { until } from '../../src/guest/until.js'

const hand = () => {
  const clock = {
    time: 0,
    wall: 0,
    now: () => clock.wall,
    monotonic: () => clock.time,
    sleep: (ms: number, signal?: AbortSignal) => {
      if (signal?.aborted) return Promise.reject(new Interrupted())
      clock.time += ms
      return Promise.resolve()
    },
  }
  return clock
}
const failed = new CommandError({
  where: 'n1',
  argv: ['kubectl'],
  exitCode: 1,
  signal: undefined,
  timedOut: false,
  durationMs: 1,
  tail: 'refused',
})

t.test('asks until it is so; a failing command is only something seen', async (t) => {
  const clock = hand()
  let asked = 0
  await until(
    () => {
      asked++
      if (asked === 2) return Promise.reject(failed)
      return Promise.resolve({ ok: asked === 4, seen: `${asked}` })
    },
    { what: 'x', everyMs: 100, withinMs: 1000, clock },
  )
  t.equal(asked, 4)
  t.equal(clock.time, 300)
})

t.test('gives up: what, how long, what was last seen', async (t) => {
  const clock = hand()
  let asked = 0
  const o = { what: '4 nodes Ready', everyMs: 2000, withinMs: 10_000, clock, hint: 'klab logs' }
  await t.rejects(
    until(() => Promise.resolve({ ok: false, seen: `${++asked} of 4` }), o),
    {
      code: 'probe',
      message: '4 nodes Ready: gave up after 10 s; last seen: 6 of 4',
      hint: 'klab logs',
      waitedMs: 10_000,
    },
  )
  await t.rejects(
    until(() => Promise.reject(failed), o),
    { code: 'probe', message: /last seen: n1: `kubectl` failed with exit status 1\nrefused/, cause: failed },
  )
})

t.test('a wall clock that jumps, to and fro, changes no wait', async (t) => {
  for (const jump of [8 * 3_600_000, -8 * 3_600_000]) {
    const clock = hand()
    let asked = 0
    const probe = () => {
      clock.wall += jump
      return Promise.resolve({ ok: ++asked === 5, seen: 'not yet' })
    }
    await until(probe, { what: 'x', everyMs: 100, withinMs: 1000, clock })
    t.equal(clock.time, 400)
  }
})

t.test('a bug in the probe and Ctrl-C pass through', async (t) => {
  const clock = hand()
  const o = { what: 'x', everyMs: 100, withinMs: 1000, clock }
  await t.rejects(
    until(() => Promise.reject(new RangeError('bug')), o),
    RangeError,
  )
  const abort = new AbortController()
  await t.rejects(
    until(
      () => {
        abort.abort()
        return Promise.resolve({ ok: false, seen: '' })
      },
      { ...o, signal: abort.signal },
    ),
    Interrupted,
  )
})
