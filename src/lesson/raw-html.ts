/**
 * HTML in Markdown, made smaller: what Markdown has too becomes its tokens, so that terminal and browser need not know
 * HTML; names in angle brackets that are no HTML (`<pod>`) become text; all else is left out.
 */
import type MarkdownIt from 'markdown-it'
import type { StateBlock, StateCore, Token } from 'markdown-it'
import { lineText } from './fence.js'

/** HTML blocks would swallow the Markdown up to a blank line. These only begin a paragraph of their own. */
const STARTS = /^<(?:!--|\/?(?:details|summary|p|div|center|table|ul|ol|h[1-6]|hr|script|style)(?=[\s/>]|$))/i
/** Elements whose content is not shown. */
const HIDDEN: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^<!--/, /-->/],
  [/^<(?:script|style)(?=[\s>]|$)/i, /<\/(?:script|style)\s*>/i],
]

const TAG = /^<(\/?)([a-z][a-z0-9-]*)(.*?)\/?>$/is
const ATTRIBUTE = /([a-z_:][\w:.-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/gi
const MARKS: Record<string, string> = { b: 'strong', strong: 'strong', i: 'em', em: 'em', s: 's', del: 's' }
const PAIRED = /^(?:b|strong|i|em|s|del|a|code)$/
const BLOCK = /^(?:h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td|pre|blockquote)$/
/** The rest may open without end: sanitizing costs the square of that. */
const MOST_OPEN = 100
const DROPPED = new RegExp(
  `^(?:${[
    'p|div|span|center|font|u|sub|sup|small|big|kbd|samp|var|mark|dl|dt|dd|section|article|header|footer|nav|main',
    'figure|figcaption|picture|video|audio|iframe|frame|frameset|object|embed|applet|svg|math|form|input|button',
    'textarea|select|option|script|style|link|meta|base|html|head|body|template|noscript|xmp|plaintext|marquee',
  ].join('|')})$`,
)

/** Lets `md` read HTML so; details and summary become tokens among an inline token's children. */
export function useRawHtml(md: MarkdownIt): void {
  md.block.ruler.at('html_block', htmlBlock, { alt: ['paragraph', 'reference', 'blockquote'] })
  md.core.ruler.push('raw-html', (state) => {
    const blocks = { open: 0 }
    for (const token of state.tokens) if (token.children) token.children = reduce(state, token.children, blocks)
  })
}

function htmlBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false
  const text = lineText(state, startLine)
  if (silent) return STARTS.test(text)
  const hidden = HIDDEN.find(([from]) => from.test(text))
  if (!hidden) return false
  let line = startLine
  for (; line < endLine; line++) {
    if (lineText(state, line) !== '' && (state.sCount[line] ?? 0) < state.blkIndent) break
    if (hidden[1].test(lineText(state, line))) {
      line++
      break
    }
  }
  state.line = line
  return true
}

/** `blocks` counts what stays open from one paragraph to the next. */
function reduce(state: StateCore, children: readonly Token[], blocks: { open: number }): Token[] {
  const marks = { open: 0 }
  const out: Token[] = []
  /** Whether this is inside a script or a style. */
  let hidden = false
  for (const token of children) {
    const [, slash, name = '', rest = ''] = (token.type === 'html_inline' && TAG.exec(token.content)) || []
    const tag = name.toLowerCase()
    if (tag === 'script' || tag === 'style') hidden = slash === ''
    else if (hidden) continue
    else if (token.type !== 'html_inline') out.push(token)
    else if (tag !== '' && fits(tag, slash === '', BLOCK.test(tag) ? blocks : marks))
      out.push(...tokensOf(state, { tag, opens: slash === '', rest, source: token.content }))
  }
  return out
}

function fits(tag: string, opens: boolean, count: { open: number }): boolean {
  if (!PAIRED.test(tag) && !BLOCK.test(tag)) return true
  if (opens ? count.open >= MOST_OPEN : count.open === 0) return false
  count.open += opens ? 1 : -1
  return true
}

interface Tag {
  readonly tag: string
  readonly opens: boolean
  readonly rest: string
  readonly source: string
}

function tokensOf(state: StateCore, { tag, opens, rest, source }: Tag): Token[] {
  const make = (type: string, as: string, nesting: -1 | 0 | 1): Token => new state.Token(type, as, nesting)
  const pair = (name: string, as = name): Token[] => [make(`${name}_${opens ? 'open' : 'close'}`, as, opens ? 1 : -1)]
  const mark = MARKS[tag]
  if (mark) return pair(mark)
  if (tag === 'details' || tag === 'summary') return pair(tag)
  if (tag === 'br') return [make('hardbreak', 'br', 0)]
  if (tag === 'img') return image(state, rest)
  if (tag === 'a') {
    const [link] = pair('link', 'a')
    const href = opens ? url(state.md, attributes(state.md, rest).get('href')) : undefined
    if (href !== undefined) link?.attrSet('href', href)
    return link ? [link] : []
  }
  // Without attributes.
  const kept = BLOCK.test(tag) || tag === 'code' || tag === 'hr'
  if (!kept && (DROPPED.test(tag) || !/^[\w\s.-]*$/.test(rest))) return []
  const token = make(kept ? 'html_inline' : 'text', '', 0)
  token.content = kept ? `<${opens ? '' : '/'}${tag}>` : source
  return [token]
}

function image(state: StateCore, rest: string): Token[] {
  const given = attributes(state.md, rest)
  const src = url(state.md, given.get('src'))
  if (src === undefined) return []
  const [token, alt] = [new state.Token('image', 'img', 0), new state.Token('text', '', 0)]
  alt.content = token.content = given.get('alt') ?? ''
  token.children = [alt]
  token.attrs = [
    ['src', src],
    ['alt', ''],
  ]
  for (const name of ['width', 'height']) {
    const size = given.get(name)
    if (size !== undefined && /^\d{1,4}%?$/.test(size)) token.attrs.push([name, size])
  }
  return [token]
}

function url(md: MarkdownIt, given: string | undefined): string | undefined {
  const normal = given === undefined ? '' : md.normalizeLink(given.trim())
  return normal !== '' && md.validateLink(normal) ? normal : undefined
}

/** If two have the same name, the first one counts, as in browsers. */
function attributes(md: MarkdownIt, text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, md.utils.unescapeAll(value.replace(/^(["'])(.*)\1$/s, '$2')))
  }
  return found
}
