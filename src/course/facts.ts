/** What cloud-init/check/facts.sh printed of one guest: `key value` lines, as data. Pure. */

/** Facts by key; a key may come many times. */
export interface GuestFacts {
  /** The first value of a key; undefined when there is none. */
  one(key: string): string | undefined
  all(key: string): readonly string[]
  /**
   * Words after `name` in the line of `key` that begins with it: of `unit docker.service loaded active enabled` the
   * last three.
   */
  of(key: string, name: string): readonly string[] | undefined
  /** Whether `value` is one of the key's. */
  has(key: string, value: string): boolean
}

/** Reads the script's output. Lines without a value have an empty one. */
export function parseGuestFacts(text: string): GuestFacts {
  const map = new Map<string, string[]>()
  for (const line of text.split('\n')) {
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

/** Whether the script came to its end: half an answer must not be judged. */
export const isWhole = (facts: GuestFacts): boolean => facts.one('end') !== undefined
