/** Answers of a busy API server that say nothing about the request. The request is repeated. */
import { CommandError } from '../errors.js'
import type { Clock, Output, RunOptions } from '../host/types.js'

export type Kubectl = (args: readonly string[], options?: RunOptions) => Promise<Output>

/** As kubectl 1.17 to 1.37 print them (apimachinery, api/errors; etcd, api/v3/rpctypes; Go's net and net/http). */
const TRANSIENT: readonly RegExp[] = [
  /etcdserver: (?:request timed out|leader changed|too many requests|no leader)/,
  /Error from server \((?:InternalError|ServerTimeout|ServiceUnavailable|Timeout|TooManyRequests)\)/,
  /the server (?:is currently unable to handle the request|was unable to return a response in the time allotted)/,
  /connection refused|connection reset by peer|TLS handshake timeout|i\/o timeout|unexpected EOF|: EOF\s*$/,
  /net\/http: request canceled|context deadline exceeded|http2: .*connection lost/,
]

/** Whether a text has such an answer in it. */
export const saysBusy = (text: string): boolean => TRANSIENT.some((r) => r.test(text))

/** Whether kubectl failed with such an answer. */
export const isTransient = (error: unknown): error is CommandError =>
  error instanceof CommandError && saysBusy(error.failure.tail)

export interface RetryOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** How long it may go on, ms. */
  readonly withinMs: number
  /** Called once for each new try. */
  readonly line?: (text: string) => void
}

const EVERY_MS = 5000

/**
 * kubectl that is repeated while the API server is too busy to answer. Only for requests that may be repeated: a
 * `create` whose first answer was lost then finds that its object exists. Throws the last CommandError, Interrupted.
 */
export function retried(kubectl: Kubectl, o: RetryOptions): Kubectl {
  return async (args, options) => {
    const started = o.clock.monotonic()
    for (let tries = 1; ; tries++) {
      try {
        return await kubectl(args, options)
      } catch (error) {
        if (
          tries > 1 &&
          args[0] === 'create' &&
          error instanceof CommandError &&
          /AlreadyExists/.test(error.failure.tail)
        )
          return { stdout: '', stderr: error.failure.tail, exitCode: 0, durationMs: error.failure.durationMs }
        if (!isTransient(error) || o.clock.monotonic() - started + EVERY_MS > o.withinMs) throw error
        o.line?.(`the API server is busy, asked again: ${error.failure.tail.trim().split('\n').at(-1) ?? ''}`)
        await o.clock.sleep(EVERY_MS, o.signal)
      }
    }
  }
}
