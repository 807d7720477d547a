/** YAML cut into tokens, and no further than a file of its kind can need: what comes after takes more time a token. */
import { Composer, Lexer, Parser, type CST, type Document } from 'yaml'

export interface YamlLimits {
  /** Far deeper than any such file; much deeper and yaml's recursion would end the process. */
  readonly depth: number
  /** Words, signs and line ends. */
  readonly parts: number
}

/** Where a text goes beyond its limits. */
export interface Excess {
  readonly offset: number
  readonly why: string
}

/** Tokens of the text, or where it gets too much. The parser keeps a stack of its own, so this can't overflow. */
export function tokenize(text: string, limits: YamlLimits): readonly CST.Token[] | Excess {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let parts = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > limits.depth) return { offset: parser.offset, why: 'is nested too deeply' }
    if (++parts > limits.parts) return { offset: parser.offset, why: `has more than ${limits.parts} parts` }
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

type Options = Omit<ConstructorParameters<typeof Composer>[0] & object, 'uniqueKeys'>

/** The documents of these tokens. Keys given twice are not looked for: that takes the square of their number. */
export function compose(tokens: readonly CST.Token[], length: number, options: Options): Document.Parsed[] {
  const composer = new Composer({ prettyErrors: false, logLevel: 'silent', ...options, uniqueKeys: false })
  return [...composer.compose(tokens, true, length)] as Document.Parsed[]
}
