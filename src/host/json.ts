/** Data from outside, as JSON.parse and the YAML parser give it. */

/** Whether it is an object with fields: no array, not null. */
export const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x)
