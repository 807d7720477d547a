/** The wall clock, the monotonic clock and timers, as a door, so that tests can set the time. */
import { performance } from 'node:perf_hooks'
import { Interrupted } from '../errors.js'
import type { Clock } from './types.js'

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Whole ms, like `now`: they are shown and kept in manifests.
  monotonic: () => Math.floor(performance.now()),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(new Interrupted())
      const stop = (): void => {
        clearTimeout(timer)
        reject(new Interrupted())
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
