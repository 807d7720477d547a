/** The snapshots of a lab as a tree. */
import { stat } from 'node:fs/promises'
import type { Manifest } from './types.js'

export interface Listed extends Manifest {
  /** From 0. */
  readonly depth: number
  /** Whether the lab's present state came from it. */
  readonly current: boolean
  /** On disk: its RAM images and the overlays that it froze. */
  readonly bytes: number
}

/** Parents before children, siblings by age; a snapshot whose parent is gone stands at the root. `current`: an id. */
export function inTreeOrder(all: readonly Manifest[], current: string | null): readonly Omit<Listed, 'bytes'>[] {
  const ids = new Set(all.map((m) => m.id))
  const under = (parent: string | null, depth: number): Omit<Listed, 'bytes'>[] =>
    all
      .filter((m) => (m.parent !== null && ids.has(m.parent) ? m.parent : null) === parent)
      .flatMap((m) => [{ ...m, depth, current: m.id === current }, ...under(m.id, depth + 1)])
  return under(null, 0)
}

/** With their sizes. An overlay that several snapshots share counts with the first that froze it. */
export async function listSnapshots(all: readonly Manifest[], current: string | null): Promise<readonly Listed[]> {
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
