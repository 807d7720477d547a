/** Differences between two pieces of plain data. Pure. */
import type { Change } from '../errors.js'
import { isObject } from '../host/json.js'

/** Every difference, in the order of `before`. undefined counts as absent, and the order of keys does not matter. */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = []
  const walk = (path: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return
    if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        walk(path ? `${path}.${key}` : key, a[key], b[key])
      return
    }
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      a.forEach((item, i) => walk(`${path}[${i}]`, item, b[i]))
      return
    }
    changes.push({ path, before: a, after: b })
  }
  walk('', before, after)
  return changes
}
