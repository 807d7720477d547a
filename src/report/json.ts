/** Events for programs: one JSON object on each line, with the time. */
import type { Event, Renderer } from './events.js'
import type { RendererOptions } from './options.js'
import { safeJson } from './safe.js'

/** `{"time":"2026-11-23T12:00:00.000Z","type":…}` and a newline. */
export const jsonLine = (event: Event, now: number): string =>
  `${safeJson({ time: new Date(now).toISOString(), ...event })}\n`

export function createJson({ stream, clock }: Pick<RendererOptions, 'stream' | 'clock'>): Renderer {
  return { report: (event) => void stream.write(jsonLine(event, clock.now())), close: () => undefined }
}
