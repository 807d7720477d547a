/** What the script of cloud-init/check printed in one guest: `key value` lines, as data. Pure. */
import { CorruptError } from '../errors.js'
import { english } from '../words/say.js'

/** Characters. The API server's tables of a busy lab are the longest part: a few hundred KB. */
const MOST_TEXT = 4 * 2 ** 20
/** The script prints a few hundred. */
const MOST_FACTS = 20_000

/** Facts by key; a key may come many times. */
export interface GuestFacts {
  /** The first value of a key; undefined if there is none. */
  one(key: string): string | undefined
  all(key: string): readonly string[]
  /**
   * The words after `name` in the line of `key` that begins with it: of `unit docker.service loaded active enabled` the
   * last three.
   */
  of(key: string, name: string): readonly string[] | undefined
  /** Whether the key has this value. */
  has(key: string, value: string): boolean
}

/**
 * Reads the script's output. Lines without a value have an empty one. Throws CorruptError if there is more than the
 * script can have printed: the judges read all of it again and again.
 */
export function parseGuestFacts(text: string): GuestFacts {
  const lines = text.length > MOST_TEXT ? [] : text.split('\n', MOST_FACTS + 1)
  if (text.length > MOST_TEXT || lines.length > MOST_FACTS)
    throw new CorruptError(
      english('the script that looks into the guest printed more than {lines} lines, or {characters} characters', {
        lines: MOST_FACTS,
        characters: MOST_TEXT,
      }),
    )
  const map = new Map<string, string[]>()
  for (const line of lines) {
    const [, key, value = ''] = /^(\S+) ?(.*)$/.exec(line.trimEnd()) ?? []
    if (key === undefined) continue
    const values = map.get(key)
    if (values) values.push(value)
    else map.set(key, [value])
  }
  const all = (key: string): readonly string[] => map.get(key) ?? []
  return {
    all,
    one: (key) => map.get(key)?.[0],
    of: (key, name) =>
      all(key)
        .map((value) => value.split(' '))
        .find(([first]) => first === name)
        ?.slice(1),
    has: (key, value) => all(key).includes(value),
  }
}

/** Whether the script ran to its end: half an answer must not be judged. */
export const isComplete = (facts: GuestFacts): boolean => facts.one('end') !== undefined
