/** What is done inside the guests around a snapshot: clocks. */
import { connectWithin } from '../phases/nodes.js'
import type { LockedLab } from './types.js'

/** Never backwards: programs trust their clock to go on (fault 42). Prints the clock before and after, in seconds. */
const STEP = 'before=$(date +%s); [ "$1" -lt "$before" ] || date -u -s "@$1.$2" >/dev/null; echo "$before $(date +%s.%N)"'

export interface Clocks {
  /** Seconds that the guests had slept, the longest of them. */
  readonly steppedS: number
  /** Between the earliest and the latest of the guests' clocks afterwards, seconds. */
  readonly spreadS: number
  /** Nodes that could not be reached. */
  readonly missed: readonly string[]
}

/** Sets all guests' clocks to the host's, side by side. Restored guests go on from the time of their snapshot (reliability notes, 3.4). */
export async function stepClocks(lab: LockedLab, withinMs: number): Promise<Clocks> {
  const { clock } = lab.world
  const nodes = lab.record.lab.nodes.map((n) => n.name)
  const ends = await Promise.allSettled(
    nodes.map(async (node) => {
      const guest = await connectWithin(lab, node, withinMs)
      const { stdout } = await guest.sudo(STEP, (clock.now() / 1000).toFixed(3).split('.'), { timeoutMs: withinMs })
      const [before = NaN, after = NaN] = stdout.trim().split(' ').map(Number)
      const now = clock.now() / 1000
      return { stepped: after - before, off: after - now }
    }),
  )
  const done = ends.flatMap((e) => (e.status === 'fulfilled' ? [e.value] : []))
  const offs = done.map((d) => d.off)
  return {
    steppedS: Math.max(0, ...done.map((d) => d.stepped)),
    spreadS: done.length === 0 ? 0 : Math.max(...offs) - Math.min(...offs),
    missed: nodes.filter((_, i) => ends[i]?.status === 'rejected'),
  }
}
