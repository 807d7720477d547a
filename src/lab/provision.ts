/** `klab provision`: runs guest phases again on a running lab, as Vagrant's provision. */
import { StateError, UsageError } from '../errors.js'
import { GUEST_PHASES, PHASE_NAMES, upTo, type PhaseName } from '../labfile/phases.js'
import { topologyOf } from '../cluster/topology.js'
import { domainName } from '../node/names.js'
import type { World } from '../world.js'
import { planProvision } from '../plan/provision.js'
import { executePlan } from '../plan/runner.js'
import { note, type Report } from '../report/events.js'
import { writeRecord, type LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import { withLog, type LabContext } from './context.js'
import { readLab, recordedLab, type OpenLab } from './open.js'
import { readStatus, type Status } from './status.js'
import { createRun, makeFolders, refuseDrift } from './up-phases.js'
import { settleBundle } from './settle-bundle.js'
import { withLab } from './with-lab.js'

export interface ProvisionRequest {
  /** The first phase. Never together with `only`. */
  readonly from?: PhaseName | undefined
  readonly only?: PhaseName | undefined
  /** Default: all. */
  readonly nodes?: readonly string[] | undefined
}

export interface ProvisionOptions extends ProvisionRequest {
  /** Names; none: all. */
  readonly nodes: readonly string[]
  readonly report: Report
}

/** Runs guest phases again. Throws UsageError, LabfileError, what `provision` throws. */
export async function provisionLab(c: LabContext, o: ProvisionRequest = {}): Promise<Status> {
  // A lab that was never up has no folder for a log, so it is refused before anything is made.
  await recordedLab(c.doors.env, c.file)
  const found = await readLab(c.doors.env, c.file)
  const world = await c.doors.world(found.lab)
  const open = await settleBundle(world, found)
  return withLog(c, open.paths.log, (report) => provision(world, open, { ...o, nodes: o.nodes ?? [], report }))
}

/**
 * The phases that were asked for and that the lab has had: never further than its `up`, which may have stopped where a
 * lesson begins. Throws UsageError, StateError.
 */
export function provisionPhases(
  completed: PhaseName,
  { from, only }: Pick<ProvisionOptions, 'from' | 'only'>,
): readonly PhaseName[] {
  if (from !== undefined && only !== undefined)
    throw new UsageError(english('provision: take --from or --only, not both'))
  const had = GUEST_PHASES.filter((p) => upTo(p, completed))
  const first = only ?? from
  if (first !== undefined && !had.includes(first))
    throw new StateError(
      english('provision: {first}: this lab is up only to phase {completed}', { first, completed }),
      {
        hint: `klab up --until ${first}`,
      },
    )
  if (had.length === 0)
    throw new StateError(english('provision: this lab is up only to phase {completed}', { completed }), {
      hint: 'klab up',
    })
  return only === undefined ? had.filter((p) => from === undefined || upTo(from, p)) : [only]
}

function nodesOf(record: LabRecord, wanted: readonly string[]): readonly string[] {
  const names = record.lab.nodes.map((n) => n.name)
  const unknown = wanted.find((n) => !names.includes(n))
  if (unknown !== undefined)
    throw new UsageError(
      english('provision: {unknown}: no such node; there are {names}', { unknown, names: names.join(', ') }),
    )
  return wanted.length > 0 ? names.filter((n) => wanted.includes(n)) : names
}

/** All phases work through running machines, and those of the cluster through the first control plane. */
async function requireRunning(world: World, record: LabRecord, nodes: readonly string[]): Promise<void> {
  const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
  const first = topologyOf(record.lab)?.first.name
  for (const name of new Set([...nodes, ...(first === undefined ? [] : [first])])) {
    const state = states.get(domainName(record.id, name)) ?? 'absent'
    if (state !== 'running')
      throw new StateError(english('{name}: the machine is {state}, not running', { name, state }), { hint: 'klab up' })
  }
}

/** Which phase runs on which node. Throws UsageError, StateError. */
function wantedOf(record: LabRecord, o: ProvisionOptions) {
  const completed = record.completedUntil as PhaseName | undefined
  if (completed === undefined)
    throw new StateError(english('the last `klab up` of this lab did not finish'), { hint: 'klab up' })
  return { completed, phases: provisionPhases(completed, o), nodes: nodesOf(record, o.nodes) }
}

/**
 * Runs the phases. Returns the lab's status. Throws what steps throw, UsageError, StateError (not up, drifted),
 * LockedError.
 */
export async function provision(world: World, open: OpenLab, o: ProvisionOptions): Promise<Status> {
  await makeFolders(world, open)
  const mayGoOn = (existing: LabRecord | undefined): LabRecord => {
    if (!existing)
      throw new StateError(english('{labfile}: this lab is not up', { labfile: open.labfile }), { hint: 'klab up' })
    refuseDrift(open)
    wantedOf(existing, o)
    return existing
  }
  return withLab(world, open.paths, { name: 'provision', record: mayGoOn, recover: note(o.report) }, async (record) => {
    // Checked again: a restore that was finished just now may have brought back an earlier phase.
    const { completed, phases, nodes } = wantedOf(record, o)
    await requireRunning(world, record, nodes)
    const run = createRun(world, open, record, completed)
    const plan = planProvision(run, phases, nodes)
    const first = plan.phases[0]?.name as PhaseName | undefined
    if (first === undefined)
      throw new StateError(
        english('provision: nothing of {phases} runs on {nodes}', {
          phases: phases.join(', '),
          nodes: nodes.join(', '),
        }),
      )
    // Until everything is done again, the record says only what was done before these phases. Otherwise, after a kill,
    // `up` would think that there is nothing to do.
    const before = PHASE_NAMES[PHASE_NAMES.indexOf(first) - 1]
    await writeRecord(open.paths.record, { ...record, completedUntil: before })
    try {
      await executePlan(plan, { report: o.report, clock: world.clock, signal: world.signal })
    } catch (error) {
      o.report({
        type: 'warn',
        text: english('the lab counts as up to {phase}; klab up --until {completed} does the rest', {
          phase: before ?? 'nothing',
          completed,
        }),
      })
      throw error
    }
    await writeRecord(open.paths.record, { ...run.record, completedUntil: completed })
    return readStatus(world, run.record, open.paths)
  })
}
