/** A lesson's text for a browser. Anybody may have written it: it runs no code and loads nothing from other sites. */
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'
import sanitize from 'sanitize-html'
import { plainText } from './details.js'
import { commandOf, type LessonText } from './markdown.js'

export interface HtmlOptions {
  /** The address of an image of the lesson; undefined: leave the image out. */
  readonly image: (src: string) => string | undefined
}

const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'ul', 'ol', 'li', 'blockquote', 'pre', 'hr', 'br'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'strong', 'em', 's', 'code', 'img', 'details', 'summary'],
  ],
  allowedAttributes: {
    a: ['href', 'title'],
    code: ['data-command'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    ol: ['start'],
    td: ['align'],
    th: ['align'],
  },
  allowedClasses: {},
  allowedSchemes: ['http', 'https', 'mailto'],
  // The addresses that `image` gave; all other images are left out.
  allowedSchemesByTag: { img: ['http', 'https', 'data', 'blob'] },
  allowProtocolRelative: false,
  transformTags: {
    a: (tagName, attribs) => {
      // A relative one would lead to klab's own server.
      if (!/^(?:https?:\/\/|mailto:|#)/i.test(attribs.href ?? '')) delete attribs.href
      return { tagName, attribs }
    },
  },
}

/** The text as HTML. Commands are `<code data-command="NUMBER">`. Throws what `image` throws. */
export function renderHtml(text: Pick<LessonText, 'tokens'>, o: HtmlOptions): string {
  const md = new MarkdownIt({ html: true })
  const { rules } = md.renderer
  const { escapeHtml } = md.utils
  const code = (tokens: readonly Token[], i: number): string => {
    const token = tokens[i]
    const command = token && commandOf(token)
    return `<code${command ? ` data-command="${command.number}"` : ''}>${escapeHtml(token?.content ?? '')}</code>`
  }
  rules.code_inline = code
  rules.fence = rules.code_block = (tokens, i) => `<pre>${code(tokens, i)}</pre>\n`
  rules.image = (tokens, i) => {
    const token = tokens[i]
    const src = token && o.image(token.attrGet('src') ?? '')
    if (src === undefined) return ''
    const attrs = (token?.attrs ?? []).map(([name, value]) => {
      const own = name === 'src' ? src : name === 'alt' ? plainText(token?.children ?? []) : value
      return ` ${name}="${escapeHtml(own)}"`
    })
    return `<img${attrs.join('')}>`
  }
  rules.th_open = rules.td_open = (tokens, i) => {
    const align = /^text-align:(\w+)$/.exec(tokens[i]?.attrGet('style') ?? '')?.[1]
    return `<${tokens[i]?.tag ?? ''}${align ? ` align="${align}"` : ''}>`
  }
  return sanitize(md.renderer.render(text.tokens, md.options, {}), ALLOWED)
}
