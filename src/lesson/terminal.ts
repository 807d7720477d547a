/** A lesson's text for a terminal: wrapped, and nothing in it that would move a cursor. */
import type { Token } from 'markdown-it'
import stringWidth from 'string-width'
import { safeText } from '../report/safe.js'
import { commandOf, type LessonText } from './markdown.js'
import { paints, spansOf, wrapSpans, type Colors, type Span } from './spans.js'
import { table, type Cell } from './table.js'

export interface TerminalOptions {
  /** At least 20 are used. */
  readonly columns: number
  readonly color: boolean
  /** Show the content of `<details>`. */
  readonly openHints?: boolean
}

/** A token, and the tokens up to its end. */
interface Node {
  readonly token: Token
  readonly children: Node[]
}

interface Page {
  readonly c: Colors
  readonly openHints: boolean
}

const LEAST_COLUMNS = 20
/** The least width of text: lists and quotes are not indented further if less would be left. */
const LEAST_INNER = 10
const CODE_INDENT = 4

/** The text with a newline at its end; an empty one when there is nothing to show. */
export function renderTerminal(text: Pick<LessonText, 'tokens'>, o: TerminalOptions): string {
  const page = { c: paints(o.color), openHints: o.openHints ?? false }
  const lines = blocks(treeOf(text.tokens), Math.max(LEAST_COLUMNS, o.columns), page)
  return lines.map((line) => `${line}\n`).join('')
}

function treeOf(tokens: readonly Token[]): Node[] {
  const root: Node[] = []
  const open = [root]
  for (const token of tokens) {
    if (token.nesting === -1) {
      if (open.length > 1) open.pop()
      continue
    }
    const node = { token, children: [] }
    open.at(-1)?.push(node)
    if (token.nesting === 1) open.push(node.children)
  }
  return root
}

/** In a list's item hidden paragraphs mean a tight list. */
function blocks(nodes: readonly Node[], columns: number, page: Page, inItem = false): string[] {
  const out: string[] = []
  let tight = true
  for (const node of nodes) {
    const lines = block(node, columns, page)
    if (lines.length === 0) continue
    const close = inItem && node.token.hidden
    if (!tight && !close) out.push('')
    for (const line of lines) out.push(line)
    tight = close
  }
  return out
}

function block(node: Node, columns: number, page: Page): string[] {
  const { token, children } = node
  const { c } = page
  switch (token.type) {
    case 'heading_open': {
      const marks = `${'#'.repeat(Number(token.tag.slice(1)))} `
      return nested(columns, [c.bold(marks), ' '.repeat(marks.length)], (rest) =>
        wrapSpans(inline(node, c, c.bold), rest),
      )
    }
    case 'paragraph_open':
      return wrapSpans(inline(node, c), columns)
    case 'bullet_list_open':
    case 'ordered_list_open':
      return list(node, columns, page)
    case 'blockquote_open':
      return nested(columns, [`${c.dim('│')} `, `${c.dim('│')} `], (rest) => blocks(children, rest, page))
    case 'table_open':
      return table(rowsOf(node, c), columns, c)
    case 'fence':
    case 'code_block':
      return code(token, c)
    case 'hr':
      return [c.dim('─'.repeat(columns))]
    case 'details_open':
      return details(children, columns, page)
    default:
      return []
  }
}

function list({ token, children: items }: Node, columns: number, page: Page): string[] {
  const loose = items.some((item) => item.children.some((n) => n.token.type === 'paragraph_open' && !n.token.hidden))
  const start = Number(token.attrGet('start') ?? 1)
  const ordered = token.type === 'ordered_list_open'
  const wide = ordered ? `${start + items.length - 1}. `.length : 2
  return items.flatMap((item, i) => {
    const marker = ordered ? `${start + i}. `.padStart(wide) : '• '
    const lines = nested(columns, [marker, ' '.repeat(wide)], (rest) => blocks(item.children, rest, page, true))
    return loose && i > 0 ? ['', ...lines] : lines
  })
}

function details(children: readonly Node[], columns: number, page: Page): string[] {
  const summary = children.find((n) => n.token.type === 'summary_open')
  const title = summary ? inline(summary, page.c, page.c.bold) : []
  if (!page.openHints) title.push({ text: ' (klab lesson hint shows it)', paint: page.c.dim })
  const head = nested(columns, [page.openHints ? '▾ ' : '▸ ', '  '], (rest) => wrapSpans(title, rest))
  if (!page.openHints) return head
  const content = nested(columns, ['  ', '  '], (rest) => blocks(children, rest, page))
  return content.every((line) => line === '') ? head : [...head, '', ...content]
}

/** Never wrapped: it may be copied. */
function code(token: Token, c: Colors): string[] {
  const command = commandOf(token)
  const marker = command?.action === 'exec' ? `[${command.number}] ` : ''
  const lines = safeText(token.content).replace(/\n$/, '').split('\n')
  return lines.map((line, i) => {
    const before = i === 0 ? c.bold(c.green(marker)) : ' '.repeat(marker.length)
    return `${' '.repeat(CODE_INDENT)}${before}${line === '' ? '' : c.cyan(line)}`.trimEnd()
  })
}

function rowsOf(node: Node, c: Colors): Cell[][] {
  if (node.token.type === 'tr_open')
    return [
      node.children.map((cell) => ({
        spans: inline(cell, c, cell.token.tag === 'th' ? c.bold : undefined),
        align: cell.token.attrGet('style')?.replace('text-align:', '') ?? 'left',
      })),
    ]
  return node.children.flatMap((child) => rowsOf(child, c))
}

function inline({ children }: Node, c: Colors, base?: (text: string) => string): Span[] {
  return spansOf(children[0]?.token.children ?? [], c, base)
}

/** Puts something before the first line and before the others; on a line of its own if too little width is left. */
function nested(
  columns: number,
  [first, others]: readonly [string, string],
  render: (columns: number) => string[],
): string[] {
  const rest = columns - stringWidth(first)
  const lines = render(rest < LEAST_INNER ? columns : rest)
  if (rest < LEAST_INNER) return [first.trimEnd(), ...lines]
  return (lines.length > 0 ? lines : ['']).map((line, i) => `${i === 0 ? first : others}${line}`.trimEnd())
}
