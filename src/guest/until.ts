/** Waits for something that a probe can check. */
import { CommandError, ProbeError } from '../errors.js'
import type { Clock } from '../host/types.js'

/** What a probe saw; an error shows `seen` when the time is over. */
export interface Observation {
  readonly ok: boolean
  readonly seen: string
}

export interface UntilOptions {
  /** What klab waits for, in words: `4 nodes Ready`. */
  readonly what: string
  readonly everyMs: number
  readonly withinMs: number
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly hint?: string
}

/** The same probe, but it also reports what it saw, if that is new. */
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
 * Calls `probe` every `everyMs` until it says ok. If a command of the probe fails, that counts as something seen, not
 * as the end. Throws ProbeError after `withinMs` (what, how long, what was seen last), Interrupted, and whatever else
 * the probe throws.
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
