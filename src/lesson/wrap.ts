/** Breaks text into lines for a terminal. Chinese and Japanese break between characters, but not at some marks. */
import stringWidth from 'string-width'

interface Cell {
  readonly text: string
  readonly at: number
  readonly width: number
}

/** A part of a text, from one index to another. */
export type Line = readonly [from: number, to: number]

const GRAPHEMES = new Intl.Segmenter()
const WIDE =
  /[\u2e80-\u303f\u3041-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
/** Marks that no line begins with, and marks that no line ends with. */
const NO_START = /^[。，、；：？！）」』》〉】〕’”…—·～]/u
const NO_END = /[（「『《〈【〔‘“]$/u
/** ASCII marks hold only to what they touch: `cp a ./b` breaks before the dot. */
const NO_START_TOUCHING = /^[,.;:!?)\]}%]/
const NO_END_TOUCHING = /[([{]$/

/** Intl.Segmenter takes the square of a text's length, so it gets pieces: cut where surely no character goes on. */
const PIECE = 100
const MOST_PIECE = 2000
const SIMPLE = /^[\u0020-\u007e\u3001-\u3029\u3041-\u3096\u4e00-\u9fff\uff01-\uff60]+$/

/** Whether a character is Chinese or Japanese, which is written without blanks. */
export const isWide = (character: string): boolean => WIDE.test(character)

/** Lines of at most `columns`, without blanks at their ends. A word is cut only when it is longer than a line. */
export function wrap(text: string, columns: number): Line[] {
  const lines: Line[] = []
  let [cells, used]: [Cell[], number] = [[], 0]
  const end = (count: number): void => {
    let last = count
    while (last > 0 && isBlank(cells[last - 1])) last--
    const [first, after] = [cells[0], cells[last - 1]]
    lines.push(first && after ? [first.at, after.at + after.text.length] : [0, 0])
    let next = count
    while (isBlank(cells[next])) next++
    cells = cells.slice(next)
    used = cells.reduce((sum, c) => sum + c.width, 0)
  }
  for (const cell of cellsOf(text)) {
    if (cell.text === '\n') {
      end(cells.length)
      continue
    }
    if (cells.length === 0 && isBlank(cell)) continue
    cells.push(cell)
    used += cell.width
    while (used > columns && cells.length > 1 && !isBlank(cell)) end(breakOf(cells))
  }
  if (cells.length > 0) end(cells.length)
  return lines
}

/** Columns of a text that may be long (string-width is for lines). */
export function textWidth(text: string): number {
  let width = 0
  for (const cell of cellsOf(text)) width += cell.width
  return width
}

function* cellsOf(text: string): Generator<Cell> {
  const simple = (at: number): boolean => SIMPLE.test(text[at] ?? '')
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + PIECE, text.length)
    while (end < text.length && end - at < MOST_PIECE && !(simple(end - 1) && simple(end))) end++
    const piece = text.slice(at, end)
    if (SIMPLE.test(piece))
      for (const [i, character] of piece.split('').entries())
        yield { text: character, at: at + i, width: character <= '~' ? 1 : 2 }
    else
      for (const { segment, index } of GRAPHEMES.segment(piece))
        yield { text: segment, at: at + index, width: stringWidth(segment) }
    at = end
  }
}

/** How many cells stay on a line that is too short for all of them. */
function breakOf(cells: readonly Cell[]): number {
  const last = cells.length - 1
  for (let at = last; at > 0; at--) if (mayBreak(cells, at)) return at
  for (let at = last; at > 0; at--) if (!isBlank(cells[at]) && mayPart(cells, at)) return at
  return last
}

function mayBreak(cells: readonly Cell[], at: number): boolean {
  const [before, after] = [cells[at - 1], cells[at]]
  if (!before || !after || isBlank(after)) return false
  return (isBlank(before) || isWide(before.text) || isWide(after.text)) && mayPart(cells, at)
}

function mayPart(cells: readonly Cell[], at: number): boolean {
  const after = cells[at]?.text ?? ''
  let last = at - 1
  while (last > 0 && isBlank(cells[last])) last--
  const before = cells[last]?.text ?? ''
  if (NO_START.test(after) || NO_END.test(before)) return false
  return last < at - 1 || !(NO_START_TOUCHING.test(after) || NO_END_TOUCHING.test(before))
}

const isBlank = (cell: Cell | undefined): boolean => cell?.text === ' '
