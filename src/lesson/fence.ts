/**
 * Code that a learner may run: Killercoda's markers behind a fence or inline code. CommonMark takes no closing fence
 * with text behind it, so the rule for fences is our own; what else it does is as markdown-it has it.
 */
import type MarkdownIt from 'markdown-it'
import type { StateBlock, StateInline } from 'markdown-it'

/** What a marker means. */
export interface Marker {
  readonly action: 'exec' | 'copy'
  /** Ctrl-C first. */
  readonly interrupt: boolean
}

/** `execute`, with a terminal or a machine behind it, is Katacoda's. */
const MARKER = /\{\{[ \t]*(exec|execute|copy)(?![\w-])([^{}\n]*)\}\}/y
/** Languages of code that can be run without a marker. */
const SHELL = /^\s*(?:bash|sh|shell)(?![\w-])/i
const PLAIN_EXEC: Marker = { action: 'exec', interrupt: false }
/** Blanks between inline code and its marker. More text is never looked at: that would cost its square. */
const MOST_BLANKS = 4

/** Lets `md` read markers; they are in `meta` of the tokens `fence` and `code_inline`. */
export function useMarkers(md: MarkdownIt): void {
  md.block.ruler.at('fence', fence, { alt: ['paragraph', 'reference', 'blockquote', 'list'] })
  md.inline.ruler.before('backticks', 'marker', inlineMarker)
}

function markerAt(text: string, at: number): { readonly marker: Marker; readonly end: number } | undefined {
  MARKER.lastIndex = at
  const found = MARKER.exec(text)
  if (!found) return undefined
  const [all, word, rest = ''] = found
  const interrupt = word !== 'copy' && /\binterrupt\b/.test(rest)
  return { marker: { action: word === 'copy' ? 'copy' : 'exec', interrupt }, end: at + all.length }
}

function fence(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (indent(state, startLine) >= 4) return false
  const opening = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(lineText(state, startLine))
  if (!opening) return false
  if (silent) return true
  const [markup, info] = [opening[1] ?? opening[3] ?? '', opening[2] ?? opening[4] ?? '']
  let marker: Marker | undefined
  let end = startLine + 1
  let next = end
  let closed = false
  for (; ; next = ++end) {
    // The end of an item or quote closes its fences.
    if (end >= endLine || (lineText(state, end) !== '' && (state.sCount[end] ?? 0) < state.blkIndent)) break
    const closing = indent(state, end) < 4 ? closes(lineText(state, end), markup) : undefined
    if (!closing) continue
    next = end + 1
    closed = true
    marker = closing.marker
    const alone = marker || next >= endLine ? undefined : aloneOn(state, next)
    if (alone) [marker, next] = [alone, next + 1]
    break
  }
  if (!closed && markerAt(info.trim(), 0)) {
    // The end of a fence that has no beginning: it would swallow all the text below.
    state.line = startLine + 1
    return true
  }
  state.line = next
  const token = state.push('fence', 'code', 0)
  token.info = info
  token.content = state.getLines(startLine + 1, end, state.sCount[startLine] ?? 0, true)
  token.markup = markup
  token.map = [startLine, next]
  token.meta = marker ?? (SHELL.test(info) ? PLAIN_EXEC : null)
  return true
}

/** Text behind a marker in the closing line (`|skip{{sandbox}}`) is for other programs. */
function closes(line: string, markup: string): { readonly marker: Marker | undefined } | undefined {
  if (!line.startsWith(markup)) return undefined
  let at = markup.length
  while (line[at] === markup[0]) at++
  const rest = line.slice(at).trim()
  if (rest === '') return { marker: undefined }
  return markerAt(rest, 0)
}

/** A marker alone on the line below the fence. */
function aloneOn(state: StateBlock, line: number): Marker | undefined {
  const text = lineText(state, line).trimEnd()
  if ((state.sCount[line] ?? 0) < state.blkIndent) return undefined
  const found = markerAt(text, 0)
  return found?.end === text.length ? found.marker : undefined
}

function inlineMarker(state: StateInline, silent: boolean): boolean {
  if (silent || state.src[state.pos] !== '{' || state.pending.length > MOST_BLANKS) return false
  const code = state.tokens.at(-1)
  if (code?.type !== 'code_inline' || code.meta || state.pending.trim() !== '') return false
  const found = markerAt(state.src, state.pos)
  if (!found) return false
  code.meta = found.marker
  state.pending = ''
  state.pos = found.end
  return true
}

const indent = (state: StateBlock, line: number): number => (state.sCount[line] ?? 0) - state.blkIndent

/** A line of the container, without its indentation. */
export const lineText = (state: StateBlock, line: number): string =>
  state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line])
