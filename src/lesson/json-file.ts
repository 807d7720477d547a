/** JSON with the place of each field, for messages. */
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser'
import { LessonError } from '../errors.js'

export interface JsonFile {
  readonly data: unknown
  /** 1-based place of a field’s value; of its nearest parent when it is missing. */
  readonly place: (path: readonly (string | number)[]) => { readonly line: number; readonly column: number }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** The parser's error names, in words. */
const WORDS: Readonly<Record<string, string>> = {
  InvalidCommentToken: 'JSON has no comments',
  PropertyNameExpected: 'a field name in double quotes is expected; JSON has no comma before } ',
  ValueExpected: 'a value is expected; JSON has no comma before ] or }',
  CommaExpected: 'a comma is missing',
  ColonExpected: 'a colon is missing',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'the file should end here',
  UnexpectedEndOfString: 'a string has no end',
  InvalidSymbol: 'this is not JSON; strings need double quotes',
}

/** The first mistakes cause the later ones, so a few are enough. */
const MOST_ERRORS = 10

/** Reads JSON as its standard has it. Throws LessonError with line and column for each mistake, ten at most. */
export function readJsonFile(text: string, file: string): JsonFile {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  if (errors.length > 0)
    throw new LessonError(
      errors.slice(0, MOST_ERRORS).map(({ error, offset }) => {
        const name = printParseErrorCode(error)
        return { file, ...placeOf(text, offset), message: (WORDS[name] ?? name).trim() }
      }),
    )
  if (!root) throw new LessonError([{ file, line: 1, column: 1, message: 'is empty' }])
  return {
    data: getNodeValue(root),
    place: (path) => {
      for (let n = path.length; n >= 0; n--) {
        const node = n === 0 ? root : findNodeAtLocation(root, path.slice(0, n))
        if (node) return placeOf(text, node.offset)
      }
      return { line: 1, column: 1 }
    },
  }
}
