/** `klab up`, all of it: where the lab comes from (snapshot, file, cache, phases), and what is checked first. */
import { checkHost, requireFit } from '../doctor/doctor.js'
import { UsageError } from '../errors.js'
import { upTo, type PhaseName } from '../labfile/phases.js'
import { sleepsOn, writeRecord } from '../state/record.js'
import type { World } from '../world.js'
import type { LabContext } from './context.js'
import { withLog } from './context.js'
import { labDrift } from './drift.js'
import { readLab, type OpenLab } from './open.js'
import { note } from '../report/events.js'
import { settledLab } from '../labfile/settled-bundle.js'
import { english } from '../words/say.js'
import { choiceLine, settleBundle } from './settle-bundle.js'
import { hostState } from './present.js'
import type { Status } from './status.js'
import { consequencesFor, refuseNewLab, type Confirm } from './apply.js'
import { withLab } from './with-lab.js'
import { alreadyUp, makeFolders, mayBeCorrected, refuseDeadSwitch, settleAccel, up } from './up-phases.js'
import { withTimes, type KeepIn } from './up-times.js'

export interface UpRequest {
  /** The last phase to do; default: `ready`. */
  readonly until?: PhaseName | undefined
  /** A snapshot of this lab, or an exported file: the lab as it was then. */
  readonly from?: string | undefined
  /** With a file as `from`: ignore the RAM and boot from the disks. */
  readonly diskOnly?: boolean | undefined
  /** Keep the lab in the cache when it is Ready, so that a later `up` takes it from there. */
  readonly seal?: boolean | undefined
  /** Make the lab from scratch, even if the cache has it. */
  readonly fresh?: boolean | undefined
  /** Continue even if there seems to be too little memory. */
  readonly force?: boolean | undefined
  /** Nodes that the Labfile no longer has may be removed. Otherwise `confirm` is asked, with what changed. */
  readonly yes?: boolean | undefined
  readonly confirm?: Confirm | undefined
}

export interface UpResult {
  readonly status: Status
  /** All was up; nothing was done. */
  readonly already: boolean
  /** Where the lab's kubeconfig is, once it has a cluster. */
  readonly kubeconfigPath: string
}

/**
 * Brings the lab up. Throws LabfileError, UsageError, HostError (before anything is changed), DriftError (the Labfile
 * changed), LockedError, what the steps throw.
 */
export const bringUp = (c: LabContext, o: UpRequest = {}): Promise<UpResult> =>
  withTimes(c, (told, keepIn) => bring(told, o, keepIn))

async function bring(c: LabContext, o: UpRequest, keepIn: KeepIn): Promise<UpResult> {
  const { doors, file } = c
  const until = o.until ?? 'ready'
  if (o.from !== undefined) {
    const { upFrom } = await import('./up-from.js')
    const status = await upFrom(c, { from: o.from, diskOnly: o.diskOnly === true })
    if (status) {
      const made = await readLab(doors.env, file)
      await keepIn(made.paths, { lab: made.lab, isNew: true, until: 'from' })
      return result(made, status)
    }
  }
  let open = await readLab(doors.env, file)
  await keepIn(open.paths, { lab: open.lab, isNew: open.record === undefined, until })
  const world = await doors.world(open.lab)

  const sealed = async (): Promise<void> => {
    if (o.seal === true) await (await import('./up-from.js')).seal(c, world, open)
  }
  if (o.seal === true && until !== 'ready')
    throw new UsageError(english('up: --seal keeps only a lab that is Ready'), {
      hint: english('klab up --seal, without --until'),
    })

  // If a change needs a new lab, it is refused here.
  const changes = open.record ? consequencesFor(open.record, open.lab) : []
  if (!changes.some((change) => change.when === 'new-lab')) await refuseDeadSwitch(world, open)
  const quick = await alreadyUp(world, open, until)
  if (quick) {
    await noteRead(world, open)
    await sealed()
    return { ...result(open, quick), already: true }
  }
  if ((await wakeUp(c, world, open)) || (await (await import('./resume.js')).resumePaused(world, open, c.report))) {
    // Read again: the old record may say that clocks must still be set.
    const all = await alreadyUp(world, await readLab(doors.env, file), until)
    if (all) {
      await noteRead(world, open)
      await sealed()
      return result(open, all)
    }
  }
  if (open.record && !(await mayBeCorrected(world, open))) refuseNewLab(open.labfile, changes)
  if (open.lab.kubernetes?.addons) await (await import('./addon-check.js')).requireAddons(open, doors.assets)
  open = await settleBundle(world, open)
  if (open.bundle) note(c.report)(choiceLine(open.bundle))
  const made = settledLab(open.lab, open.bundle)
  if (upTo('cni', until)) await (await import('./offline.js')).requireOffline(world, { ...open, lab: made })

  const probe = await doors.probeAccel(open.lab)
  const accel = await settleAccel(open.lab, () => Promise.resolve(probe))
  const checks = await checkHost(world, made, { ...(await hostState(world, open)), accel: probe, id: open.id })
  requireFit(checks, { force: o.force === true })

  if (!open.record && open.lab.kubernetes && until === 'ready' && o.fresh !== true) {
    const { upCached } = await import('./up-from.js')
    const status = await upCached(c, { world, open, accel })
    if (status) return result(open, status)
  }

  await makeFolders(world, open)
  const status = await withLog(c, open.paths.log, (report) => {
    for (const { state, name, found, fix } of checks)
      if (state !== 'ok') report({ type: 'warn', text: `${name}: ${found}${fix === undefined ? '' : `; try: ${fix}`}` })
    return up(world, open, { until, accel, report, confirm: o.yes === true ? () => true : o.confirm })
  })
  await sealed()
  return result(open, status)
}

/**
 * Notes which Labfile this `up` has read, even if there was nothing to do. `status` then tells whether it was edited
 * since.
 */
async function noteRead(world: World, { record, paths, labfileSha256 }: OpenLab): Promise<void> {
  if (record?.labfileSha256 === labfileSha256) return
  await withLab(world, paths, { name: 'up' }, async (now) => {
    if (now) await writeRecord(paths.record, { ...now, labfileSha256 })
  })
}

/** Wakes a sleeping lab. False: it does not sleep, or its Labfile has changed. */
async function wakeUp(c: LabContext, world: World, open: OpenLab): Promise<boolean> {
  const { record, paths } = open
  if (!record || sleepsOn(record) === undefined || labDrift(record.lab, open.lab).length > 0) return false
  const { wake } = await import('./suspend.js')
  return wake(world, { record, paths }, c.report)
}

const result = (open: OpenLab, status: Status): UpResult => ({
  status,
  already: false,
  kubeconfigPath: open.paths.kubeconfig,
})
