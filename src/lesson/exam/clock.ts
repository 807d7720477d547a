/** How long something took in an exam, even if somebody set the machine's wall clock. Pure. */
import type { HostMoment } from '../../host/moment.js'

export interface Elapsed {
  readonly ms: number
  /** Why a trainer should ask; undefined: no reason. */
  readonly doubt?: string | undefined
}

/** Smaller moves of the clock are NTP's. */
const DRIFT_MS = 60_000

/**
 * Between two moments. In one run of the machine its own counter decides. After a start in between nothing but the wall
 * clock can tell, so that is doubtful; it took at least as long as the machine has run since.
 */
export function elapsed(from: HostMoment, to: HostMoment): Elapsed {
  const wall = to.wall - from.wall
  if (from.boot !== to.boot) {
    const ms = Math.max(wall, to.uptime)
    return { ms, doubt: 'the machine was restarted meanwhile, so the time is from its wall clock' }
  }
  const ms = to.uptime - from.uptime
  const moved = Math.round((wall - ms) / 1000)
  if (Math.abs(moved) * 1000 <= DRIFT_MS) return { ms }
  return {
    ms,
    doubt: `the wall clock was set ${Math.abs(moved)} s ${moved > 0 ? 'forward' : 'back'}; it does not count`,
  }
}
