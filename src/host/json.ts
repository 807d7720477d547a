/** Data from outside, as JSON.parse and the YAML parser return it. */

/** Characters of foreign data in a message. */
const SHOWN = 200

/** Foreign data as JSON for a message, cut if it is long. */
export function quoted(x: unknown): string {
  const text = JSON.stringify(x) as string | undefined
  return text === undefined || text.length <= SHOWN ? String(text) : `${text.slice(0, SHOWN)}…`
}

/** The data of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether it is an object with fields: no array, not null. */
export const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x)
