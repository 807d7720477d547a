/**
 * URLs in a lesson: those that stand for a port of a machine are filled in, and those in plain text become links.
 * markdown-it's own way to find links in text takes the square of a text's length.
 */
import type MarkdownIt from 'markdown-it'
import type { StateCore, Token } from 'markdown-it'

/** A port of a machine (machines count from 1); no port: the page where the learner chooses one. */
export interface Traffic {
  readonly host: number
  readonly port: number | undefined
}

const KILLERCODA = /\{\{[ \t]*TRAFFIC_(?:HOST(\d{1,4})_(\d{1,5})|SELECTOR)[ \t]*\}\}/g
const KATACODA =
  /(?:https?:\/\/)?\[\[HOST(\d{0,4})_SUBDOMAIN\]\]-(\d{1,5})-\[\[KATACODA_HOST\]\]\.environments\.katacoda\.com/g
/** Chinese text has no blank behind a URL. */
const URL = /\bhttps?:\/\/[^\s<>"'`{}\\^|\u2e80-\u9fff\uff00-\uffef]+/g
const AFTER_URL = /[.,;:!?*_~)\]]/

/** Makes a function that fills URLs into text; `traffic` gives the URLs. */
export const filler =
  (traffic: (t: Traffic) => string) =>
  (text: string): string =>
    text
      .replace(KILLERCODA, (_, host?: string, port?: string) =>
        traffic({ host: Number(host ?? 1), port: port === undefined ? undefined : Number(port) }),
      )
      .replace(KATACODA, (_, host: string, port: string) => traffic({ host: Number(host || 1), port: Number(port) }))

/** Lets `md` fill in URLs, in text and in links; not in code, which may be about markers. */
export function useLinks(md: MarkdownIt, fill: (text: string) => string): void {
  const normalize = md.normalizeLink.bind(md)
  md.normalizeLink = (url) => normalize(fill(url))
  md.core.ruler.push('links', (state) => {
    for (const token of state.tokens) if (token.children) token.children = linked(state, token.children, fill)
  })
}

function linked(state: StateCore, children: readonly Token[], fill: (text: string) => string): Token[] {
  let inside = 0
  return children.flatMap((token) => {
    if (token.type === 'link_open' || token.type === 'link_close') inside += token.nesting
    if (token.type !== 'text') return [token]
    token.content = fill(token.content)
    return inside > 0 ? [token] : pieces(state, token.content)
  })
}

function pieces(state: StateCore, content: string): Token[] {
  const out: Token[] = []
  const add = (type: string, nesting: -1 | 0 | 1, text = ''): Token => {
    const token = new state.Token(type, type === 'text' ? '' : 'a', nesting)
    token.content = text
    out.push(token)
    return token
  }
  let done = 0
  for (const { 0: found, index } of content.matchAll(URL)) {
    const url = withoutTail(found)
    if (index > done) add('text', 0, content.slice(done, index))
    add('link_open', 1).attrSet('href', state.md.normalizeLink(url))
    add('text', 0, url)
    add('link_close', -1)
    done = index + url.length
  }
  if (done < content.length) add('text', 0, content.slice(done))
  return out
}

/** Without the punctuation of the sentence; a closing bracket belongs to the URL if the URL opened it. */
function withoutTail(url: string): string {
  const bracket = url.includes('(')
  let end = url.length
  while (AFTER_URL.test(url[end - 1] ?? '') && !(url[end - 1] === ')' && bracket)) end--
  return url.slice(0, end)
}
