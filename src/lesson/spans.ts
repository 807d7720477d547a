/** The inline part of a lesson's Markdown as painted text for a terminal. */
import type { Token } from 'markdown-it'
import pc from 'picocolors'
import { safeText } from '../report/safe.js'
import { plainText } from './details.js'
import { commandOf } from './markdown.js'
import { isWide, textWidth, wrap } from './wrap.js'

export type Colors = ReturnType<typeof pc.createColors>
type Paint = (text: string) => string

/** Text in one style. */
export interface Span {
  readonly text: string
  readonly paint: Paint
}

/** Paints the text if `on` is true. */
export const paints = (on: boolean): Colors => pc.createColors(on)

/** Lines of at most `columns`; empty ones are left out. */
export function wrapSpans(spans: readonly Span[], columns: number): string[] {
  const lines: string[] = []
  let [span, start] = [0, 0]
  for (const [from, to] of wrap(spans.map((s) => s.text).join(''), columns)) {
    if (from === to) continue
    let line = ''
    for (let at = from; at < to;) {
      const { text, paint } = spans[span] ?? { text: '', paint: String }
      if (at >= start + text.length) {
        start += text.length
        span++
        continue
      }
      const end = Math.min(to, start + text.length)
      line += paint(text.slice(at - start, end - start))
      at = end
    }
    lines.push(line)
  }
  return lines
}

/** The width of spans, in columns, if only their own line ends break them. */
export const spansWidth = (spans: readonly Span[]): number =>
  spans
    .map((s) => s.text)
    .join('')
    .split('\n')
    .reduce((most, line) => Math.max(most, textWidth(line)), 0)

/** An inline token's children. `base` paints all of it. */
export function spansOf(children: readonly Token[], c: Colors, base: Paint = String): Span[] {
  const out: Span[] = []
  /** How often each style is open: raw HTML may open more than it closes. */
  const styles = new Map<Style, number>()
  let link: { readonly href: string; readonly from: number } | undefined
  const add = (text: string, paint: Paint = String): void => {
    const all = [base, ...[...styles].filter(([, open]) => open > 0).map(([style]) => c[style])]
    if (text !== '')
      out.push({ text: flat(text), paint: (s) => all.reduce((painted, style) => style(painted), paint(s)) })
  }
  children.forEach((child, i) => {
    const { type, content } = child
    const style = STYLES[type.replace(/_(open|close)$/, '')]
    if (style) styles.set(style, Math.max(0, (styles.get(style) ?? 0) + child.nesting))
    if (type === 'link_open') link = { href: child.attrGet('href') ?? '', from: out.length }
    else if (type === 'link_close') {
      if (link) add(address(link.href, out.slice(link.from)), c.dim)
      link = undefined
    } else if (type === 'text') add(content)
    else if (type === 'code_inline') {
      const command = commandOf(child)
      if (command?.action === 'exec') add(`[${command.number}] `, (s) => c.bold(c.green(s)))
      add(c.isColorSupported ? content : `\`${content}\``, c.cyan)
    } else if (type === 'image') add(`[image: ${plainText(child.children ?? []) || (child.attrGet('src') ?? '')}]`)
    else if (type === 'hardbreak') out.push(LINE_END)
    else if (type === 'html_inline') {
      if (content !== '<code>' && content !== '</code>') out.push(LINE_END)
      if (content === '<li>') add('• ')
    } else if (type === 'softbreak') {
      const [before, after] = [out.at(-1)?.text.at(-1), children[i + 1]?.content[0]]
      // Lines of Chinese are joined without a blank.
      if (!(before && after && isWide(before) && isWide(after))) add(' ')
    }
  })
  return out
}

const LINE_END: Span = { text: '\n', paint: String }
type Style = 'bold' | 'italic' | 'strikethrough' | 'underline'
const STYLES: Record<string, Style | undefined> = {
  strong: 'bold',
  em: 'italic',
  s: 'strikethrough',
  link: 'underline',
}

/** One line, without terminal sequences. */
const flat = (text: string): string => safeText(text).replace(/[\t\n\u2028\u2029]/g, ' ')

/** The address of a link, if its text does not show it. */
function address(href: string, spans: readonly Span[]): string {
  const text = spans.map((s) => s.text).join('')
  return href === '' || href.startsWith('#') || [text, `mailto:${text}`].includes(href) ? '' : ` (${href})`
}
