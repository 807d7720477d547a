/** The snapshots of a lab as a tree. */
import { stat } from 'node:fs/promises'
import type { Manifest } from './types.js'

export interface ListedSnapshot extends Manifest {
  /** From 0. */
  readonly depth: number
  /** Whether the lab's present state came from it. */
  readonly current: boolean
  /** On disk: its RAM images and the overlays that it froze. */
  readonly bytes: number
}

/**
 * Parents come before children, siblings by age. A snapshot whose parent is gone, or that would be its own ancestor, is
 * at the root, so none is left out. `current`: an id.
 */
export function inTreeOrder(
  all: readonly Manifest[],
  current: string | null,
): readonly Omit<ListedSnapshot, 'bytes'>[] {
  const known = new Map(all.map((m) => [m.id, m]))
  const parentOf = (m: Manifest): string | null => {
    const above = new Set<string>()
    for (let at = known.get(m.parent ?? ''); at && !above.has(at.id); at = known.get(at.parent ?? '')) above.add(at.id)
    return above.size === 0 || above.has(m.id) ? null : m.parent
  }
  const parents = new Map(all.map((m) => [m, parentOf(m)]))
  const under = (parent: string | null, depth: number): Omit<ListedSnapshot, 'bytes'>[] =>
    all
      .filter((m) => parents.get(m) === parent)
      .flatMap((m) => [{ ...m, depth, current: m.id === current }, ...under(m.id, depth + 1)])
  return under(null, 0)
}

/** With their sizes. An overlay that several snapshots share counts for the first one that froze it. */
export async function listSnapshots(
  all: readonly Manifest[],
  current: string | null,
): Promise<readonly ListedSnapshot[]> {
  const seen = new Set<string>()
  const sizes = new Map<string, number>()
  for (const m of all) {
    const files = m.nodes
      .flatMap((n) => [n.disk.path, ...(n.memory ? [n.memory.path] : [])])
      .filter((f) => !seen.has(f))
    for (const f of files) seen.add(f)
    const blocks = await Promise.all(
      files.map((f) =>
        stat(f).then(
          (s) => s.blocks,
          () => 0,
        ),
      ),
    )
    sizes.set(m.id, blocks.reduce((a, b) => a + b, 0) * 512)
  }
  return inTreeOrder(all, current).map((m) => ({ ...m, bytes: sizes.get(m.id) ?? 0 }))
}
