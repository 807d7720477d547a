/** Tables in kubectl's style: aligned by blanks, no borders. */
import { translated, type Text } from '../words/say.js'
import { pad, width } from './text.js'

/** The head of a table, in the chosen language. */
export const heads = (...names: readonly Text[]): string[] => names.map((name) => translated(name))

/** Rows (the first is the head) as lines, three blanks between columns; no trailing blanks. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))))
  const line = (row: readonly string[]): string => row.map((cell, i) => pad(cell, (widths[i] ?? 0) + 3)).join('')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}
