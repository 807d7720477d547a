/** Marks of a time axis. Pure. */

const S = 1000
const M = 60 * S
const H = 60 * M
/** Distances that people count in, ms. */
const DISTANCES = [S / 10, S / 2, S, 2 * S, 5 * S, 10 * S, 30 * S, M, 2 * M, 5 * M, 10 * M, 30 * M, H, 2 * H, 6 * H]

/** Times for marks from 0 to `ms`, at most `most` and the 0. */
export function ticks(ms: number, most: number): readonly number[] {
  const fitting = DISTANCES.find((d) => ms / d <= most) ?? Math.ceil(ms / most / H) * H
  return Array.from({ length: Math.floor(ms / fitting) + 1 }, (_, i) => i * fitting)
}

/** `0`, `0.5s`, `30s`, `2m`, `1m30s`, `1h`. */
export function tickWords(ms: number): string {
  if (ms === 0) return '0'
  if (ms < M) return `${ms / S}s`
  const [h, m, s] = [Math.floor(ms / H), Math.floor(ms / M) % 60, Math.floor(ms / S) % 60]
  return `${h > 0 ? `${h}h` : ''}${m > 0 ? `${m}m` : ''}${s > 0 ? `${s}s` : ''}`
}
