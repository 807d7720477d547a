/**
 * `<details>` in the stream of tokens: its tags stand anywhere in paragraphs. Here the paragraphs are cut at them, and
 * the pairs are set right: each opens and closes in the same list item or quote.
 */
import type MarkdownIt from 'markdown-it'
import type { StateCore, Token } from 'markdown-it'

/** The content of a `<details>`. */
export interface Hint {
  summary: string
  tokens: Token[]
}

interface Open {
  readonly hint: Hint
  /** The lists, items and quotes around it. */
  readonly depth: number
  /** Where its content begins in the new stream. */
  readonly from: number
  readonly summary: Token
  /** Its end tag was inside an item: it closes together with that item. */
  ending: boolean
}

/** Deeper ones are shown without folding: each keeps its tokens, and a thousand would keep a million. */
const MOST_DEEP = 16
const TAGS = /^(?:details|summary)_(?:open|close)$/
/** The title that browsers show without a summary. */
const NO_SUMMARY = 'Details'

/** Lets `md` fold details; they go to `hints` in the order in which they open. Use it after `useRawHtml`. */
export function useDetails(md: MarkdownIt, hints: Hint[]): void {
  md.core.ruler.push('details', (state) => {
    state.tokens = new Fold(state, hints).all()
  })
}

class Fold {
  readonly #out: Token[] = []
  readonly #open: Open[] = []
  #depth = 0
  /** A summary whose end was not read yet. */
  #summary: Token[] | undefined

  constructor(
    private readonly state: StateCore,
    private readonly hints: Hint[],
  ) {}

  all(): Token[] {
    let paragraph: Token | undefined
    for (const token of this.state.tokens) {
      if (token.type === 'paragraph_open') paragraph = token
      else if (token.type === 'paragraph_close') paragraph = undefined
      else if (paragraph) this.#paragraph(paragraph, token)
      else this.#block(token)
    }
    while (this.#open.length > 0) this.#close()
    return this.#out
  }

  #block(token: Token): void {
    this.#endSummary()
    if (token.children) token.children = token.children.filter((c) => !TAGS.test(c.type))
    if (token.nesting === -1) {
      while (this.#top && this.#top.depth >= this.#depth) this.#close()
      this.#depth--
    }
    this.#out.push(token)
    if (token.nesting === 1) this.#depth++
    while (this.#top?.ending && this.#top.depth === this.#depth) this.#close()
  }

  #paragraph(paragraph: Token, inline: Token): void {
    let piece: Token[] = []
    const flush = (): void => {
      if (this.#summary) this.#summary = this.#summary.concat(piece)
      else this.#text(paragraph, trimmed(piece))
      piece = []
    }
    for (const child of inline.children ?? []) {
      if (TAGS.test(child.type)) {
        flush()
        this.#tag(child.type)
      } else piece.push(child)
    }
    flush()
  }

  #text(paragraph: Token, children: Token[]): void {
    const [first, last] = [children[0], children.at(-1)]
    if (!first || !last) return
    const heading = /^<(h[1-6])>$/.exec(first.content)?.[1]
    const whole = first.type === 'html_inline' && last.content === `</${heading ?? ''}>`
    const [name, tag] = heading && whole ? ['heading', heading] : ['paragraph', 'p']
    const [opening, closing] = [this.#token(`${name}_open`, tag, 1), this.#token(`${name}_close`, tag, -1)]
    // Tables and lists of raw HTML must not be in a paragraph.
    opening.hidden = closing.hidden = paragraph.hidden || (name !== 'heading' && children.some(isBlockTag))
    this.#out.push(opening, this.#inline(heading && whole ? children.slice(1, -1) : children), closing)
  }

  #tag(type: string): void {
    if (type === 'summary_open') this.#summary = this.#top && !this.#top.summary.children?.length ? [] : undefined
    else if (type === 'summary_close') this.#endSummary()
    else if (type === 'details_open') this.#begin()
    else {
      this.#endSummary()
      const ended = this.#open.findLast((o) => !o.ending)
      if (ended && ended === this.#top && ended.depth === this.#depth) this.#close()
      else if (ended) ended.ending = true
    }
  }

  #begin(): void {
    this.#endSummary()
    if (this.#open.length >= MOST_DEEP) return
    const [hint, summary] = [{ summary: '', tokens: [] }, this.#inline([])]
    const opening = this.#token('details_open', 'details', 1)
    const [before, after] = [this.#token('summary_open', 'summary', 1), this.#token('summary_close', 'summary', -1)]
    this.#out.push(opening, before, summary, after)
    this.hints.push(hint)
    this.#open.push({ hint, depth: this.#depth, from: this.#out.length, summary, ending: false })
  }

  #endSummary(): void {
    if (this.#summary && this.#top) this.#top.summary.children = trimmed(this.#summary)
    this.#summary = undefined
  }

  #close(): void {
    this.#endSummary()
    const { hint, summary, from } = this.#open.pop() ?? {}
    if (!hint || !summary) return
    if (!summary.children?.length) {
      const text = this.#token('text', '', 0)
      text.content = NO_SUMMARY
      summary.children = [text]
    }
    hint.summary = plainText(summary.children)
    hint.tokens = this.#out.slice(from)
    this.#out.push(this.#token('details_close', 'details', -1))
  }

  get #top(): Open | undefined {
    return this.#open.at(-1)
  }

  #inline(children: Token[]): Token {
    const inline = this.#token('inline', '', 0)
    inline.children = children
    return inline
  }

  #token(type: string, tag: string, nesting: -1 | 0 | 1): Token {
    const token = new this.state.Token(type, tag, nesting)
    token.block = true
    return token
  }
}

const isBlockTag = (c: Token): boolean => c.type === 'html_inline' && !/^<\/?code>$/.test(c.content)

/** Removes breaks and blanks at both ends. */
function trimmed(children: readonly Token[]): Token[] {
  const blank = (c: Token): boolean =>
    c.type === 'softbreak' || c.type === 'hardbreak' || (c.type === 'text' && c.content.trim() === '')
  const from = children.findIndex((c) => !blank(c))
  if (from === -1) return []
  const piece = children.slice(from, children.findLastIndex((c) => !blank(c)) + 1)
  const [first, last] = [piece[0], piece.at(-1)]
  if (first?.type === 'text') first.content = first.content.trimStart()
  if (last?.type === 'text') last.content = last.content.trimEnd()
  return piece
}

/** The text of an inline token's children, without markup. */
export const plainText = (children: readonly Token[]): string =>
  children
    .map((c) => (c.type === 'image' ? plainText(c.children ?? []) : c.type.endsWith('break') ? ' ' : c.content))
    .join('')
