/** `klab reload`: machines off and on again, as Vagrant's reload. */
import { bringUp, type UpResult } from './up.js'
import type { LabContext } from './context.js'
import { haltLab, type HaltOptions } from './halt.js'
import { recordedLab } from './open.js'
import { reachedPhase } from './up-phases.js'

/**
 * Halts the lab or these nodes and brings it up again as far as it was. Throws what halt and up throw. If it fails half
 * way, `up` continues.
 */
export async function reloadLab(c: LabContext, o: HaltOptions = {}): Promise<UpResult> {
  const { record } = await recordedLab(c.doors.env, c.file)
  await haltLab(c, o)
  return bringUp(c, { until: reachedPhase(record) })
}
