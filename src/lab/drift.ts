/** What changed in a Labfile since the lab was brought up. Pure. */
import type { Change } from '../errors.js'
import type { Lab } from '../labfile/model.js'

/** Every difference between two labs; undefined counts as absent, the order of keys does not. */
export function labDrift(before: Lab, after: Lab): readonly Change[] {
  const changes: Change[] = []
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
    changes.push({ path, before: a, after: b })
  }
  walk('', before, after)
  return changes
}

/** `field: old → new`. */
export const formatChange = ({ path, before, after }: Change): string => `${path}: ${show(before)} → ${show(after)}`

/** One indented line each. */
export const formatChanges = (changes: readonly Change[]): string =>
  changes.map((c) => `  ${formatChange(c)}`).join('\n')

const isMap = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)
const show = (x: unknown): string =>
  Array.isArray(x) ? `${x.length} entries` : x === undefined ? 'nothing' : JSON.stringify(x)
