/**
 * A command's output as lines, while it comes. The time grows only with its length, and nobody gets more lines than
 * anybody reads.
 */
import { StringDecoder } from 'node:string_decoder'

/** Characters; the rest of a longer line is left out. */
export const MOST_LINE = 8192
/** Lines of one command; those after it are left out. */
export const MOST_LINES = 50_000

export interface Lines {
  /** Bytes as they come; a character may be cut in two between them. */
  add(data: Uint8Array): void
  /** The last line, if no line end follows it. */
  end(): void
}

/** Calls `onLine` for each line, without its end (`\n` or `\r\n`); says so where it leaves something out. */
export function splitLines(onLine: (line: string) => void): Lines {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let cut = false
  let count = 0
  const keep = (text: string): void => {
    const room = MOST_LINE - rest.length
    // Not one character at a time again and again: a full line is not changed any more.
    if (room > 0) rest += text.slice(0, room)
    cut ||= text.length > room
  }
  const give = (): void => {
    count++
    if (count <= MOST_LINES) onLine(cut ? `${rest} … (line cut)` : rest.replace(/\r$/, ''))
    if (count === MOST_LINES + 1) onLine(`… (more than ${MOST_LINES} lines: the others are left out)`)
    rest = ''
    cut = false
  }
  const take = (text: string): void => {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      if (count <= MOST_LINES) keep(text.slice(from, at))
      give()
      from = at + 1
    }
    keep(text.slice(from))
  }
  return {
    add: (data) => take(decoder.write(data)),
    end: () => {
      take(decoder.end())
      if (rest !== '') give()
    },
  }
}
