/** A Markdown table for a terminal: columns aligned, narrower and their cells wrapped where it would be too wide. */
import stringWidth from 'string-width'
import { spansWidth, wrapSpans, type Colors, type Span } from './spans.js'

export interface Cell {
  readonly spans: readonly Span[]
  /** `left`, `right` or `center`. */
  readonly align: string
}

const BETWEEN = ' │ '
/** Narrower columns are unreadable. Then each row is shown as a block of lines. */
const LEAST_COLUMN = 5

/** Lines of at most `columns`; the first row is the head. */
export function table(rows: readonly (readonly Cell[])[], columns: number, c: Colors): string[] {
  const [head = [], ...body] = rows
  const room = columns - BETWEEN.length * (head.length - 1)
  if (room < head.length * LEAST_COLUMN) return stacked(head, body, columns)
  const widths = shrunk(
    head.map((_, i) => rows.reduce((most, row) => Math.max(most, spansWidth(row[i]?.spans ?? [])), 1)),
    room,
  )
  const rule = c.dim(widths.map((w) => '─'.repeat(w)).join('─┼─'))
  const lines = rows.map((row) => {
    const cells = widths.map((width, i) => wrapSpans(row[i]?.spans ?? [], width))
    const height = cells.reduce((most, cell) => Math.max(most, cell.length), 1)
    return Array.from({ length: height }, (_, at) =>
      cells
        .map((cell, i) => aligned(cell[at] ?? '', widths[i] ?? 0, row[i]?.align))
        .join(c.dim(BETWEEN))
        .trimEnd(),
    )
  })
  return lines.flatMap((row, i) => (i === 0 ? [...row, rule] : row))
}

/** Makes the widest columns equally narrow until all fit. */
function shrunk(widths: readonly number[], room: number): number[] {
  let [left, most] = [room, Infinity]
  const sorted = [...widths].sort((a, b) => a - b)
  for (const [i, width] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - i))
    if (width > share) {
      most = share
      break
    }
    left -= width
  }
  return widths.map((width) => Math.min(width, most))
}

function stacked(head: readonly Cell[], body: readonly (readonly Cell[])[], columns: number): string[] {
  return body.flatMap((row, i) => [
    ...(i === 0 ? [] : ['']),
    ...row.flatMap((cell, at) =>
      wrapSpans([...(head[at]?.spans ?? []), { text: ': ', paint: String }, ...cell.spans], columns),
    ),
  ])
}

function aligned(text: string, width: number, align = 'left'): string {
  const free = Math.max(0, width - stringWidth(text))
  const before = align === 'right' ? free : align === 'center' ? Math.floor(free / 2) : 0
  return ' '.repeat(before) + text + ' '.repeat(free - before)
}
