/**
 * The text of a Labfile as data, with the place of every field. Refuses the parts of YAML that a Labfile must not use.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLParseError } from 'yaml'
import type { LabfileIssue } from '../errors.js'
import { english } from '../words/say.js'
import { compose, tokenize } from './yaml-limits.js'

export type Path = readonly (string | number)[]

export interface YamlSource {
  /** Plain data of the file; undefined if it can't be read as a map. */
  readonly data: unknown
  readonly issues: readonly LabfileIssue[]
  /** Whether the file has this field. */
  readonly has: (path: Path) => boolean
  /** 1-based place of the field's value; if it is missing, that of its nearest parent. `key`: that of its key. */
  readonly place: (path: Path, key?: 'key') => { line: number; column: number }
  /** The field as written, if it is a plain scalar. */
  readonly written: (path: Path) => string | undefined
}

/** More than any Labfile has: one with sixteen nodes, every field and 64 keys has 2000 parts. */
const LIMITS = { depth: 40, parts: 40_000 }
const STRICT = { version: '1.2', schema: 'core', stringKeys: true, strict: true } as const
/** YAML errors shown at most. Later ones usually follow from the first. */
const MAX_SYNTAX_ERRORS = 10
/**
 * Control characters (also those that turn the direction of text), non-characters, and a byte order mark inside the
 * text.
 */
const BAD_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/
const PLAIN_NUMBER = /^[-+]?(0|[1-9]\d*)(\.\d+)?$/

/** A key in a field's name: quoted if it could be misunderstood, cut if it is absurdly long. */
const keyName = (key: string): string => (/^[\w-]{1,40}$/.test(key) ? key : JSON.stringify(key.slice(0, 40)))

/** `nodes[1].memory` */
export const fieldName = (path: Path): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${keyName(part)}`)).join('')

/** yaml's message without the text that it repeats (which may be a secret), and without the names of its options. */
function syntaxMessage({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): string {
  if (code === 'NON_STRING_KEY') return english('field names must be plain text')
  return code === 'UNEXPECTED_TOKEN' ? (message.split(':')[0] ?? message) : message
}

/**
 * Goes through the tree and reports everything that is YAML but not for Labfiles. `fatal`: the data can't be trusted.
 */
function refuse(
  node: unknown,
  path: Path,
  tell: (path: Path, node: unknown, message: string, fatal?: boolean) => void,
): void {
  if (!isNode(node)) return
  if (isAlias(node))
    return tell(path, node, english('YAML aliases (*name) are not allowed: write the value again'), true)
  if (node.tag !== undefined) tell(path, node, english('YAML tags (!name) are not allowed'), true)
  if (node.anchor !== undefined) tell(path, node, english('YAML anchors (&name) are not allowed'))
  if (isSeq(node)) node.items.forEach((item, i) => refuse(item, [...path, i], tell))
  if (isScalar(node)) {
    if (typeof node.value === 'number' && !PLAIN_NUMBER.test(node.source ?? ''))
      tell(
        path,
        node,
        english('{source} can be read in more than one way: write a plain decimal number, or put text in quotes', {
          source: node.source ?? 'this',
        }),
      )
    if (typeof node.value === 'string' && BAD_CHARACTER.test(node.value))
      tell(path, node, english('must not have control characters'))
  }
  if (!isMap(node)) return
  const seen = new Set<unknown>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? key.value : undefined
    if (typeof name !== 'string') continue
    const at = [...path, name]
    if (name === '<<') tell(at, key, english('YAML merge keys are not allowed: write the fields out'), true)
    else if (name === '__proto__') tell(at, key, english('is no field'), true)
    else if (BAD_CHARACTER.test(name)) tell(path, key, english('field names must not have control characters'), true)
    else if (seen.has(name)) tell(at, key, english('is given twice'))
    if (isScalar(key) && (key.tag !== undefined || key.anchor !== undefined))
      tell(at, key, english('YAML tags and anchors are not allowed'), true)
    seen.add(name)
    refuse(value, at, tell)
  }
}

/** Key and value of a field, and its nearest existing parent. */
function locate(root: Node | null, path: Path): { key?: unknown; value?: unknown; parent: unknown } {
  let spot: { key?: unknown; value?: unknown; parent: unknown } = { value: root, parent: root }
  for (const part of path) {
    const here = spot.value
    const pair = isMap(here) ? here.items.findLast(({ key }) => isScalar(key) && key.value === part) : undefined
    const item = isSeq(here) && typeof part === 'number' ? here.items[part] : undefined
    if (pair === undefined && item === undefined) return { parent: here ?? spot.parent }
    spot = pair ? { key: pair.key, value: pair.value, parent: here } : { value: item, parent: here }
  }
  return spot
}

/** Offset → line and column, both from 1. */
function places(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0, ...[...text.matchAll(/\n/g)].map((m) => m.index + 1)]
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/**
 * Reads the text. `issues` has everything wrong at the level of YAML; `data` is there if the rest can still be checked.
 */
export function readSource(raw: string): YamlSource {
  const text = raw.startsWith('\ufeff') ? raw.slice(1) : raw
  const lineColumn = places(text)
  const issues: LabfileIssue[] = []
  const tell = (offset: number, message: string, field = '') =>
    void issues.push({ field, message, ...lineColumn(offset) })
  const offsetOf = (node: unknown): number => (isNode(node) && node.range ? node.range[0] : 0)
  const failed = (): YamlSource => ({
    data: undefined,
    issues,
    has: () => false,
    place: () => lineColumn(0),
    written: () => undefined,
  })

  const bad = BAD_CHARACTER.exec(text)
  if (bad) {
    const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    tell(bad.index, english('has the character U+{code}, which does not belong in a text file', { code }))
    return failed()
  }
  const tokens = tokenize(text, LIMITS)
  if ('why' in tokens) tell(tokens.offset, tokens.why)
  if ('why' in tokens) return failed()
  const [document, second] = compose(tokens, text.length, STRICT)
  const root = document?.contents ?? null
  for (const error of document?.errors.slice(0, MAX_SYNTAX_ERRORS) ?? [])
    tell(error.pos[0], english('YAML: {error}', { error: syntaxMessage(error) }))
  if (document?.directives.yaml.explicit) tell(0, english('YAML directives (%YAML) are not allowed'))
  if (second) tell(second.range[0], english('must be one YAML document, not several'))
  if (issues.length > 0) return failed()
  if (root === null || (isScalar(root) && root.value === null)) tell(0, english('is empty'))
  else if (!isMap(root)) tell(offsetOf(root), english('must be a map of fields such as "name: mylab"'))
  let usable = issues.length === 0
  refuse(root, [], (path, node, message, fatal = false) => {
    usable &&= !fatal
    tell(offsetOf(node), message, fieldName(path))
  })
  return {
    data: usable ? document?.toJS({ maxAliasCount: 0 }) : undefined,
    issues,
    has: (path) => {
      const spot = locate(root, path)
      return spot.key !== undefined || spot.value !== undefined
    },
    place: (path, key) => {
      const spot = locate(root, path)
      const empty =
        !isNode(spot.value) || (isScalar(spot.value) && spot.value.value === null && spot.value.source === '')
      return lineColumn(
        offsetOf(spot.key !== undefined && (key !== undefined || empty) ? spot.key : (spot.value ?? spot.parent)),
      )
    },
    written: (path) => {
      const { value } = locate(root, path)
      return isScalar(value) ? value.source : undefined
    },
  }
}
