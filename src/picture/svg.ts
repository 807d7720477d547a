/** SVG as data, and as text. No text in it is ever read as markup. */
import { escapeMarkup } from '../report/markup.js'
import { truncate, width } from '../report/text.js'
import { oneLine } from './words.js'

export interface Svg {
  readonly tag: string
  readonly attrs: Readonly<Record<string, string | number>>
  readonly children: readonly (Svg | string)[]
}

export const element = (tag: string, attrs: Svg['attrs'], ...children: Svg['children'][number][]): Svg => ({
  tag,
  attrs,
  children,
})

const escaped = (text: string): string => escapeMarkup(oneLine(text))

/** Two decimals are enough for a screen. */
const value = (v: string | number): string => (typeof v === 'number' ? String(Math.round(v * 100) / 100) : escaped(v))

/** The element as text. */
export function markup({ tag, attrs, children }: Svg): string {
  const words = Object.entries(attrs).map(([name, v]) => ` ${name}="${value(v)}"`)
  const inner = children.map((c) => (typeof c === 'string' ? escaped(c) : markup(c))).join('')
  return inner === '' ? `<${tag}${words.join('')}/>` : `<${tag}${words.join('')}>${inner}</${tag}>`
}

/**
 * Width of a column of text, in parts of the font's size. All texts are in a fixed-width font: DejaVu Sans Mono and
 * Menlo have 0.602, Consolas and Courier less. An East Asian character takes two columns and is one size wide.
 */
export const COLUMN = 0.61

/** px that a text takes, at most. */
export const pixelsOf = (text: string, size: number): number => width(text) * size * COLUMN

export interface TextStyle {
  readonly size: number
  /** Classes of theme.ts. */
  readonly look?: string
  readonly anchor?: 'start' | 'middle' | 'end'
  /** px that it may take; what is longer is cut, and its whole is shown when a mouse is over it. */
  readonly room?: number
}

/** A line of text whose baseline is at `y`. */
export function textAt(x: number, y: number, words: string, o: TextStyle): Svg {
  const line = oneLine(words)
  const shown = o.room === undefined ? line : truncate(line, Math.max(1, Math.floor(o.room / (o.size * COLUMN))))
  const attrs = {
    ...{ x, y, 'font-size': o.size, class: o.look ?? 'ink' },
    ...(o.anchor === undefined ? {} : { 'text-anchor': o.anchor }),
  }
  return shown === line ? element('text', attrs, shown) : element('text', attrs, element('title', {}, line), shown)
}

/** A text in the largest of these sizes in which it has room; in the last it is cut. */
export function fitting(at: readonly [x: number, y: number], words: string, room: number, o: FittingStyle): Svg {
  const line = oneLine(words)
  const size = o.sizes.find((s) => pixelsOf(line, s) <= room) ?? o.sizes.at(-1) ?? 20
  return textAt(...at, line, { ...o, size, room })
}

interface FittingStyle extends Omit<TextStyle, 'size' | 'room'> {
  /** px, the largest first. */
  readonly sizes: readonly number[]
}

/** A rectangle with round corners. */
export const box = (
  [x, y, w, h]: readonly [x: number, y: number, w: number, h: number],
  look: string,
  radius = 4,
): Svg => element('rect', { x, y, width: w, height: h, rx: Math.min(radius, w / 2, h / 2), class: look })

/** A straight line. */
export const line = ([x1, y1, x2, y2]: readonly [x1: number, y1: number, x2: number, y2: number], look: string): Svg =>
  element('line', { x1, y1, x2, y2, class: look })
