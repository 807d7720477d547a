/** klab's own log (JSON lines of events) as lines for people. */
import pc from 'picocolors'
import type { Event } from './events.js'
import { words } from './plain.js'
import { safeData } from './safe.js'

/** `2026-11-23 12:00:00 STEP | TEXT`, UTC. A line that is no event of klab's is not changed. */
export const readableLog = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) => readable(line) ?? [line])
    .join('\n')

function readable(line: string): readonly string[] | undefined {
  try {
    const { time, ...event } = safeData(JSON.parse(line) as Event & { readonly time?: unknown })
    if (typeof time !== 'string') return undefined
    const at = time.slice(0, 19).replace('T', ' ')
    return words(event, pc.createColors(false)).map((text) => `${at} ${text}`)
  } catch {
    // Cut short by a kill, or from a klab that knew other events.
    return undefined
  }
}
