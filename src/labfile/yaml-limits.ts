/**
 * Cuts YAML into tokens, but only as many as such a file can need. The step after this takes more time for each token.
 */
import { Composer, Lexer, Parser, type CST, type Document } from 'yaml'
import { english } from '../words/say.js'

export interface YamlLimits {
  /** Much deeper than any such file. Even deeper, yaml's recursion would end the process. */
  readonly depth: number
  /** Words, signs and line ends. */
  readonly parts: number
}

/** Where a text exceeds its limits. */
export interface Excess {
  readonly offset: number
  readonly why: string
}

/** Tokens of the text, or where it becomes too much. The parser keeps its own stack, so this can't overflow. */
export function tokenize(text: string, limits: YamlLimits): readonly CST.Token[] | Excess {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let parts = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > limits.depth) return { offset: parser.offset, why: english('is nested too deeply') }
    if (++parts > limits.parts)
      return { offset: parser.offset, why: english('has more than {parts} parts', { parts: limits.parts }) }
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

type Options = Omit<ConstructorParameters<typeof Composer>[0] & object, 'uniqueKeys'>

/**
 * The documents of these tokens. It does not search for keys given twice: that would take the square of their number.
 */
export function compose(tokens: readonly CST.Token[], length: number, options: Options): Document.Parsed[] {
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent', ...options, uniqueKeys: false })
  return [...composer.compose(tokens, true, length)] as Document.Parsed[]
}
