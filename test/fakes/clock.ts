/** A clock that is moved by hand: sleeping and `pass` move it; setting `time` is a jump, as of a wall clock. */
import { Interrupted } from '../../src/errors.js'
import type { Clock } from '../../src/host/types.js'

export interface FakeClock extends Clock {
  time: number
  /** Lets so many ms go by. */
  pass(ms: number): void
}

/** Starts at 2026-01-01. */
export function createFakeClock(): FakeClock {
  let passed = 0
  const clock: FakeClock = {
    time: Date.UTC(2026, 0, 1),
    now: () => clock.time,
    monotonic: () => passed,
    pass: (ms) => {
      clock.time += ms
      passed += ms
    },
    sleep: async (ms, signal) => {
      if (signal?.aborted) throw new Interrupted()
      clock.pass(ms)
      // Others get their turn, as with a real timer.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal?.aborted) throw new Interrupted()
    },
  }
  return clock
}

/** A clock on which no wait ever ends by itself: for limits that are not to be reached, however busy the machine is. */
export const endlessClock: Clock = {
  now: () => Date.UTC(2026, 0, 1),
  monotonic: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) =>
      signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true }),
    ),
}
