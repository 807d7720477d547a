/** What a renderer gets: its stream, the clock, colours. */

/** What the renderers write to (usually stderr). */
export interface Sink {
  write(text: string): unknown
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  readonly isTTY?: boolean | undefined
}

export interface RendererOptions {
  readonly stream: Sink
  /** ms since the epoch. */
  readonly clock: { now(): number }
  /** Colours wanted; on a terminal unless told. */
  readonly color?: boolean | undefined
  /** NO_COLOR and a dumb TERM forbid them. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Width of the terminal; the stream's own unless told. */
  readonly columns?: number | undefined
}

/** Whether to paint: if wanted, unless NO_COLOR is set to something (no-color.org) or the terminal is dumb. */
export function wantsColor({ stream, color, env = {} }: Pick<RendererOptions, 'stream' | 'color' | 'env'>): boolean {
  return (color ?? stream.isTTY === true) && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
