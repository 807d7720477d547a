/** A change of a lab that is up, for verbs that write no Labfile: `klab node`, `klab addon`. */
import { checkHost, requireFit } from '../doctor/doctor.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { Lab } from '../labfile/model.js'
import { consequencesFor, refuseNewLab, type Confirm } from './apply.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab, type OpenLab } from './open.js'
import { hostState } from './present.js'
import type { Status } from './status.js'
import { makeFolders, reachedPhase, refuseDeadSwitch, up } from './up-phases.js'

/** The recorded lab with a change. Throws StateError if it was never brought up. */
export async function changedLab(c: LabContext, change: (lab: Lab) => Lab): Promise<OpenLab> {
  const { record, paths, labfile } = await recordedLab(c.doors.env, c.file)
  const { id, labfileSha256 } = record
  const bundle = record.bundle && { bundle: record.bundle }
  return { id, labfile, record, paths, labfileSha256, lab: change(record.lab), ...bundle }
}

/** Does what `up` does with a changed Labfile, as far as the lab was up. Throws what `up` throws. */
export async function bring(c: LabContext, open: OpenLab, confirm?: Confirm): Promise<Status> {
  const { doors } = c
  const { record, lab } = open
  if (!record) throw new TypeError('no record')
  refuseNewLab(undefined, consequencesFor(record, lab))
  const world = await doors.world(lab)
  await refuseDeadSwitch(world, open)
  const probe = await doors.probeAccel(lab)
  const present = await hostState(world, open)
  requireFit(await checkHost(world, settledLab(lab, open.bundle), { ...present, accel: probe, id: open.id }))
  await makeFolders(world, open)
  const until = reachedPhase(record)
  return withLog(c, open.paths.log, (report) => up(world, open, { until, accel: record.accel, report, confirm }))
}
