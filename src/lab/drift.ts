/** What changed in a Labfile since the lab was brought up. Pure. */
import type { Lab } from '../labfile/model.js'

/** `field: old → new` for each difference, in the model's own field names. */
export function labDrift(before: Lab, after: Lab): readonly string[] {
  const changes: string[] = []
  const walk = (path: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return
    if (isMap(a) && isMap(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        walk(path ? `${path}.${key}` : key, a[key], b[key])
      return
    }
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      a.forEach((item, i) => walk(`${path}[${i}]`, item, b[i]))
      return
    }
    changes.push(`${path}: ${show(a)} → ${show(b)}`)
  }
  walk('', before, after)
  return changes
}

const isMap = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const show = (x: unknown): string =>
  Array.isArray(x) ? `${x.length} entries` : x === undefined ? 'nothing' : JSON.stringify(x)
