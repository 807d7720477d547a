/** Tables in kubectl's style: aligned by blanks, no borders. */
import { pad, width } from './text.js'

/** Rows (the first is the head) as lines, three blanks between columns; no trailing blanks. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))))
  const line = (row: readonly string[]): string => row.map((cell, i) => pad(cell, (widths[i] ?? 0) + 3)).join('')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}
