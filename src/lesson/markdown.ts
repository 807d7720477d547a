/** A lesson's Markdown, as Killercoda and Katacoda write it: one stream of tokens for terminal and browser. */
import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'
import { safeText } from '../report/safe.js'
import { useDetails, type Hint } from './details.js'
import { useMarkers, type Marker } from './fence.js'
import { filler, useLinks, type Traffic } from './links.js'
import { useRawHtml } from './raw-html.js'

/** A command that a learner can run or copy. */
export interface LessonCommand extends Marker {
  /** From 1, in the order of the text. */
  readonly number: number
  /** Without the last newline, and without characters that a terminal hides. */
  readonly text: string
}

export interface LessonText {
  /** markdown-it's; `commandOf` tells which are commands. `<details>` is `details_open` … `details_close`. */
  readonly tokens: Token[]
  readonly commands: readonly LessonCommand[]
  /** The content of each `<details>`, outer before inner. */
  readonly hints: readonly Hint[]
  /** The addresses of its images, each once. */
  readonly images: readonly string[]
}

/** Reads Markdown. `traffic` gives the URL for {{TRAFFIC_HOST1_80}} and {{TRAFFIC_SELECTOR}}. Throws nothing. */
export function readMarkdown(source: string, o: { readonly traffic: (t: Traffic) => string }): LessonText {
  const fill = filler(o.traffic)
  const hints: Hint[] = []
  const md = new MarkdownIt({ html: true })
  useMarkers(md)
  useRawHtml(md)
  useLinks(md, fill)
  useDetails(md, hints)
  const tokens = md.parse(source.replace(/^\ufeff/, ''), {})
  return { tokens, commands: number(tokens, fill), hints, images: imagesOf(tokens) }
}

/** The command that a token of `readMarkdown` (`fence`, `code_inline`) shows. */
export const commandOf = (token: Token): LessonCommand | undefined =>
  (token.meta as { command?: LessonCommand } | null)?.command

/** Numbers the commands. Fills URLs only into commands that can be run: other code may be about the markers. */
function number(tokens: readonly Token[], fill: (text: string) => string): LessonCommand[] {
  const commands: LessonCommand[] = []
  for (const token of leaves(tokens)) {
    const marker = token.meta as Marker | null
    if (!marker) continue
    const text = safeText(fill(token.content)).trimEnd()
    token.meta = null
    if (text === '') continue
    token.content = token.type === 'fence' ? `${text}\n` : text
    const command = { number: commands.length + 1, text, ...marker }
    commands.push(command)
    token.meta = { command }
  }
  return commands
}

function imagesOf(tokens: readonly Token[]): string[] {
  const sources = new Set<string>()
  for (const token of leaves(tokens)) {
    const src = token.type === 'image' ? token.attrGet('src') : null
    if (src) sources.add(src)
  }
  return [...sources]
}

function* leaves(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    yield token
    if (token.children) yield* token.children
  }
}
