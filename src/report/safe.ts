/**
 * Text from guests, bundles, sealed files and consoles may contain sequences that change a terminal's title, clipboard
 * or screen. This file makes it harmless. Everything that klab writes goes through it.
 */
import { stripVTControlCharacters } from 'node:util'

/** Control characters except newline and tab, and those that change the direction of writing (Trojan Source). */
const UNSAFE = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** What JSON.stringify does not escape: DEL, C1 (U+009B alone begins a sequence), and the direction of writing. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text of several lines without escape sequences and control characters. */
export const safeText = (text: string): string => stripVTControlCharacters(text).replace(UNSAFE, '')

/** JSON that says the same, and can be printed on any terminal. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(
    UNSAFE_IN_JSON,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Data with every text in it made safe. */
export function safeData<T>(data: T): T {
  if (typeof data === 'string') return safeText(data) as T
  if (Array.isArray(data)) return data.map(safeData) as T
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, safeData(value as unknown)])) as T
}

interface Writer {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** A stream that writes only safe text. */
export const safeStream = (stream: Writer): Writer => ({
  write: (text) => stream.write(safeText(text)),
  get isTTY() {
    return stream.isTTY
  },
  get columns() {
    return stream.columns
  },
})
