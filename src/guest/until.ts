/** Waiting for something that can be looked at. */
import { CommandError, ProbeError } from '../errors.js'
import type { Clock } from '../host/types.js'

/** What a probe saw; `seen` is said when the time is over. */
export interface Observation {
  readonly ok: boolean
  readonly seen: string
}

export interface UntilOptions {
  /** What is awaited, in words: `4 nodes Ready`. */
  readonly what: string
  readonly everyMs: number
  readonly withinMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly hint?: string
}

/** The same probe; what it saw is told as well, when it is something new. */
export function tellingChanges(
  probe: () => Promise<Observation>,
  line: (text: string) => void,
): () => Promise<Observation> {
  let last = ''
  return async () => {
    const seen = await probe()
    if (!seen.ok && seen.seen !== last) line((last = seen.seen))
    return seen
  }
}

/**
 * Asks `probe` every `everyMs` until it says ok. A command of the probe that fails is something seen, not the end.
 * Throws ProbeError after `withinMs` (what, how long, what was seen last), Interrupted, and whatever else the probe
 * throws.
 */
export async function until(probe: () => Promise<Observation>, o: UntilOptions): Promise<void> {
  const started = o.clock.monotonic()
  let cause: unknown
  for (;;) {
    const { ok, seen } = await probe().catch((error: unknown) => {
      if (!(error instanceof CommandError) && !(error instanceof ProbeError)) throw error
      cause = error
      return { ok: false, seen: error.message }
    })
    if (ok) return
    const waited = o.clock.monotonic() - started
    if (waited + o.everyMs > o.withinMs) throw new ProbeError(o.what, waited, seen, { hint: o.hint, cause })
    await o.clock.sleep(o.everyMs, o.signal)
  }
}
