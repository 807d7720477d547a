/** `klab up` phase by phase: load, check the host, lock, observe, plan, run. */
import { dirname } from 'node:path'
import { profileFor } from '../cluster/profile.js'
import { apiNodes } from '../cluster/topology.js'
import { minorOf } from '../versions/kubernetes.js'
import { DriftError, StateError } from '../errors.js'
import { ensureDir, exists, folderMark } from '../host/files.js'
import type { Accel } from '../hypervisor/types.js'
import { settledLab } from '../labfile/settled-bundle.js'
import type { Lab } from '../labfile/model.js'
import { upTo, type PhaseName } from '../labfile/phases.js'
import { domainName } from '../node/names.js'
import { createArtifacts } from '../node-image/artifacts.js'
import type { LabRun, World } from '../world.js'
import { executePlan } from '../plan/runner.js'
import type { Plan } from '../step.js'
import { planApply } from '../plan/apply.js'
import { planUp } from '../plan/up.js'
import type { LockedLab } from '../snapshot/types.js'
import { note, type Report } from '../report/events.js'
import { assignPorts, portCount } from '../state/endpoints.js'
import { allocatePorts, reservedPorts } from '../state/ports.js'
import { writeRecord, type LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import { agree, consequencesFor, refuseNewLab, takeOver, type Confirm } from './apply.js'
import { formatConsequences, labDrift } from './drift.js'
import type { OpenLab } from './open.js'
import { readStatus, type Status } from './status.js'
import { withLab } from './with-lab.js'

export interface UpOptions {
  readonly until: PhaseName
  readonly accel: Accel
  readonly report: Report
  /** Asked before nodes are removed that the Labfile no longer has. If absent, they may not be removed. */
  readonly confirm?: Confirm | undefined
}

/** The run that a plan is made for. Nothing is written yet. */
export function createRun(world: World, open: OpenLab, record: LabRecord, until: PhaseName): LabRun {
  const { id, paths } = open
  const choice = record.bundle ?? open.bundle
  const lab = settledLab(open.lab, choice)
  return {
    world,
    lab,
    id,
    paths,
    accel: record.accel,
    profile: profileFor(record.accel, apiNodes(lab).length, lab.kubernetes && minorOf(lab.kubernetes.version)),
    until,
    artifacts: createArtifacts(world, open.lab, until, {
      ...(choice && { choice }),
      mayChange: async () => !(await hasMachines(world, open)),
    }),
    record,
  }
}

/** A record for a lab that has none yet. Its ports are free ones on 127.0.0.1. */
export async function newRecord(world: World, open: OpenLab, accel: Accel): Promise<LabRecord> {
  const { lab, id } = open
  const api = apiNodes(lab)
  const ports = await allocatePorts(portCount(lab, api), await reservedPorts(world.roots.state, open), id)
  return {
    version: 1,
    id,
    name: lab.name,
    labfile: open.labfile,
    folder: await folderMark(dirname(open.labfile)),
    labfileSha256: open.labfileSha256,
    lab,
    uri: world.hypervisor.uri,
    accel,
    ...(open.bundle && { bundle: open.bundle }),
    ports: assignPorts(lab, api, ports),
    createdAt: new Date(world.clock.now()).toISOString(),
  }
}

/** The plan of `up` without running it. */
export async function planOf(
  world: World,
  open: OpenLab,
  o: { until: PhaseName; accel: Accel },
): Promise<{ plan: Plan; run: LabRun }> {
  const record = open.record ?? (await newRecord(world, open, o.accel))
  const run = createRun(world, open, record, o.until)
  return { plan: record.applying ? planApply(run, record.applying) : planUp(run), run }
}

/**
 * The status if there is nothing to do: the same Labfile, a finished `up` that went at least as far, every node running
 * and (with a cluster) Ready.
 */
export async function alreadyUp(world: World, open: OpenLab, until: PhaseName): Promise<Status | undefined> {
  const { record } = open
  if (await exists(open.paths.journal)) return undefined
  if (
    record?.completedUntil !== until ||
    record.unsettled === true ||
    record.applying !== undefined ||
    labDrift(record.lab, open.lab).length > 0
  )
    return undefined
  if (until === 'ready' && open.lab.kubernetes && !(await exists(open.paths.kubeconfig))) return undefined
  const status = await readStatus(world, record, open.paths)
  return status.state === 'running' &&
    status.opened.length === 0 &&
    (until !== 'ready' || !status.cluster || status.cluster.ready === status.cluster.total)
    ? status
    : undefined
}

/** The lab's folders, still empty. Throws HostError. */
export async function makeFolders(world: World, open: OpenLab): Promise<void> {
  const { roots } = world
  for (const dir of [roots.state, dirname(open.paths.dir), open.paths.dir, roots.cache, roots.run, open.paths.run])
    await ensureDir(dir, roots.dirMode)
}

/**
 * Brings the lab up to a phase. Returns its status. Throws what steps throw, LockedError, DriftError when the Labfile
 * changed.
 */
export async function up(world: World, open: OpenLab, o: UpOptions): Promise<Status> {
  await makeFolders(world, open)
  const mayGoOn = async (existing: LabRecord | undefined): Promise<LabRecord | undefined> => {
    if (await mayBeCorrected(world, open)) return undefined
    if (existing) await agree(open, consequencesFor(existing, open.lab), o)
    else await refuseUnrecorded(world, open, 'klab destroy, then klab up')
    return existing
  }
  return withLab(world, open.paths, { name: 'up', record: mayGoOn, recover: note(o.report) }, async (known) => {
    const { paths } = open
    const slept: LockedLab | undefined = known && { world, paths, record: known, say: note(o.report) }
    if (slept?.record.asleep !== undefined) await (await import('./suspend.js')).giveUpSleep(slept)
    const existing = slept?.record
    // The phases of a removed node are those of the old lab, which still has it.
    const before = (record: LabRecord): LabRun => createRun(world, { ...open, lab: record.lab }, record, 'ready')
    const found = existing
      ? await takeOver({ world, paths, record: existing, report: o.report }, open.lab, before)
      : await newRecord(world, open, o.accel)
    const record = await begun(world, { ...(open.bundle && { bundle: open.bundle }), ...found })
    await writeRecord(open.paths.record, record)
    const run = createRun(world, open, record, o.until)
    const plan = record.applying ? planApply(run, record.applying) : planUp(run)
    await executePlan(plan, { report: o.report, clock: world.clock, signal: world.signal })
    const { labfile, labfileSha256 } = open
    const folder = await folderMark(dirname(labfile))
    const done = {
      ...run.record,
      // If a plan has no boot phase, the guests that were there before have not been told yet.
      applying: plan.phases.some((p) => p.name === 'boot') ? undefined : run.record.applying,
      labfile,
      folder,
      labfileSha256,
      completedUntil: o.until,
    }
    await writeRecord(open.paths.record, done)
    return readStatus(world, done, open.paths)
  })
}

/**
 * The record while `up` boots machines: until they are up, it says that only the machines are made. Otherwise, after a
 * kill, the next `up` would think that there is nothing to do and would not wait for the guests.
 */
async function begun(world: World, record: LabRecord): Promise<LabRecord> {
  const running = new Set((await world.hypervisor.list()).filter((m) => m.state === 'running').map((m) => m.name))
  if (record.lab.nodes.every((n) => running.has(domainName(record.id, n.name)))) return record
  const completed = record.completedUntil as PhaseName | undefined
  return completed !== undefined && upTo('machines', completed) ? { ...record, completedUntil: 'machines' } : record
}

/** How far the lab was, so that it can be brought there again. A boot that was cut short is finished at least. */
export function reachedPhase({ completedUntil }: LabRecord): PhaseName {
  const completed = (completedUntil as PhaseName | undefined) ?? 'ready'
  return upTo('boot', completed) ? completed : 'boot'
}

/** Throws StateError when there are machines of a lab that has no record. `hint`: what to do then. */
export async function refuseUnrecorded(world: World, open: OpenLab, hint: string): Promise<void> {
  if ((await world.hypervisor.owned(open.id)).length === 0) return
  const message = `${open.lab.name}: machines of this lab exist, but klab's record of it (ports, keys) is gone`
  throw new StateError(message, { hint })
}

/** Throws StateError if nodes run whose switch has died: their cards do not connect to a new one (fault 27). */
export async function refuseDeadSwitch(world: World, open: OpenLab): Promise<void> {
  const { record, paths } = open
  if (record?.lab.network.mode !== 'user' || (await world.l2.running(paths.run))) return
  const own = new Set(record.lab.nodes.map((n) => domainName(record.id, n.name)))
  const here = (await world.hypervisor.list()).filter((m) => own.has(m.name))
  if (here.some((m) => m.state === 'running' || m.state === 'paused'))
    throw new StateError(
      english('{name}: the switch between its nodes has died, so they cannot reach each other', {
        name: open.lab.name,
      }),
      {
        hint: english('klab halt, then klab up'),
      },
    )
}

/**
 * Throws DriftError, with the list of changes, if the Labfile differs from the one that the lab was brought up with.
 */
export function refuseDrift(open: OpenLab): void {
  const changes = open.record ? consequencesFor(open.record, open.lab) : []
  refuseNewLab(open.labfile, changes)
  if (changes.length === 0) return
  const message = `${open.labfile}: changed since this lab was brought up:\n${formatConsequences(changes)}`
  throw new DriftError(message, changes, { hint: 'klab up takes it over' })
}

/** Fields that nothing depends on until a machine is made. (A network with its leases may exist already.) */
const OF_MACHINES =
  /^(?:image|kubernetes|os|mirrors)\b|^nodes\[\d+\]\.(?:cpus$|memoryMiB$|diskGiB$|ports\b|labels\b|taints\b)/

/** Whether the Labfile was changed before the lab had any machine or disk, so that nothing need be destroyed. */
export async function mayBeCorrected(world: World, open: OpenLab): Promise<boolean> {
  const { record } = open
  const changes = record ? labDrift(record.lab, open.lab) : []
  if (!record || changes.length === 0 || !changes.every((c) => OF_MACHINES.test(c.path))) return false
  return record.disks === undefined && !(await hasMachines(world, { ...open, lab: record.lab }))
}

/** Whether a machine or a disk of the lab is there. */
async function hasMachines(world: World, { id, lab, paths }: OpenLab): Promise<boolean> {
  if ((await world.hypervisor.owned(id)).length > 0) return true
  return (await Promise.all(lab.nodes.map((n) => exists(paths.node(n.name).disk)))).includes(true)
}

/** The accelerator for a lab: what the Labfile says, or what really works here. */
export async function settleAccel(lab: Lab, probe: () => Promise<{ accel: Accel }>): Promise<Accel> {
  return lab.hypervisor.accel === 'auto' ? (await probe()).accel : lab.hypervisor.accel
}
