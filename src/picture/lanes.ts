/** Snapshots as lines that run side by side, as `git log --graph` has them: a chain stays in its lane. Pure. */
import type { GraphSnapshot } from './types.js'

export interface Placed<T> {
  readonly item: T
  readonly row: number
  /** From 0. */
  readonly lane: number
  /** The row and lane of its parent; undefined: it has none. */
  readonly from: { readonly row: number; readonly lane: number } | undefined
}

/**
 * Rows from top to bottom. The youngest child goes on in its parent's lane, below its older siblings, each of which
 * opens the next lane. So no line crosses another. `all`: parents before children.
 */
export function placed<T extends Pick<GraphSnapshot, 'id' | 'parent'>>(all: readonly T[]): readonly Placed<T>[] {
  const rows: Placed<T>[] = []
  const known = new Set(all.map((s) => s.id))
  const childrenOf = new Map<string | null, T[]>()
  for (const s of all) {
    const parent = s.parent !== null && known.has(s.parent) ? s.parent : null
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), s])
  }
  // A list of its own, not recursion: a chain may be long.
  const todo = (childrenOf.get(null) ?? []).map((item) => ({ item, lane: 0, from: undefined as Placed<T>['from'] }))
  for (let next = todo.shift(); next; next = todo.shift()) {
    const here = { row: rows.length, lane: next.lane }
    rows.push({ ...next, ...here })
    const children = childrenOf.get(next.item.id) ?? []
    const last = children.length - 1
    todo.unshift(...children.map((item, i) => ({ item, lane: here.lane + (i === last ? 0 : 1), from: here })))
  }
  return rows
}

/** How many lanes there are, at least 1. */
export const laneCount = (rows: readonly Placed<unknown>[]): number => Math.max(0, ...rows.map((r) => r.lane)) + 1
