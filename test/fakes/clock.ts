/** A clock that is moved by hand: sleeping moves it. */
import { Interrupted } from '../../src/errors.js'
import type { Clock } from '../../src/host/types.js'

export interface FakeClock extends Clock {
  time: number
}

/** Starts at 2026-01-01. */
export function createFakeClock(): FakeClock {
  const clock: FakeClock = {
    time: Date.UTC(2026, 0, 1),
    now: () => clock.time,
    sleep: async (ms, signal) => {
      if (signal?.aborted) throw new Interrupted()
      clock.time += ms
      // Others get their turn, as with a real timer.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal?.aborted) throw new Interrupted()
    },
  }
  return clock
}
