/** A changed Labfile on an existing lab: what `up` applies, what it asks about, what it refuses. */
import { DriftError, StateError } from '../errors.js'
import { apiNodes } from '../cluster/topology.js'
import type { Lab } from '../labfile/model.js'
import { domainName } from '../node/names.js'
import { planLeave } from '../plan/apply.js'
import { consequencesOf, type Consequence } from '../plan/changes.js'
import { executePlan } from '../plan/runner.js'
import { planUp } from '../plan/up.js'
import type { Report } from '../report/events.js'
import { listManifests } from '../snapshot/manifest.js'
import type { LabPaths } from '../state/paths.js'
import { portCount } from '../state/endpoints.js'
import { allocatePorts, reservedPorts } from '../state/ports.js'
import { hasCluster, writeRecord, type LabRecord, type NodePorts } from '../state/record.js'
import type { LabRun, World } from '../world.js'
import { english } from '../words/say.js'
import { formatConsequences } from './drift.js'

export type { Consequence }

/** Asked before nodes are removed; false: nothing is changed. */
export type Confirm = (changes: readonly Consequence[]) => boolean | Promise<boolean>

/** What the Labfile would change in a lab. A sealed lab has no image that a new node could start from. */
export function consequencesFor(record: LabRecord, lab: Lab): readonly Consequence[] {
  const all = consequencesOf(record.lab, lab)
  if (!record.image) return all
  const command = 'klab destroy, then klab up'
  return all.map((c) =>
    c.joins === undefined
      ? c
      : { ...c, when: 'new-lab', what: english('needs a new lab: this one was made from a sealed one'), command },
  )
}

const isNever = (c: Consequence): boolean => c.when === 'new-lab'

/**
 * Throws DriftError, with the whole list, if a change needs a new lab. `labfile`: the one that changed; undefined: a
 * verb asks for the change.
 */
export function refuseNewLab(labfile: string | undefined, changes: readonly Consequence[]): void {
  if (!changes.some(isNever)) return
  if (labfile === undefined)
    throw new DriftError(
      english('this change needs a new lab:\n{changes}', { changes: formatConsequences(changes) }),
      changes,
      { hint: NEW_LAB_HINT },
    )
  const message = `${labfile}: changed since this lab was brought up:\n${formatConsequences(changes)}`
  throw new DriftError(message, changes, { hint: english('klab destroy, then klab up; or change it back') })
}

/** What to do instead of a verb that would need a new lab. */
export const NEW_LAB_HINT = english('change the Labfile, then klab destroy and klab up')

/**
 * Throws StateError if a snapshot contains a node that would be removed: the snapshot could not be restored without its
 * disk.
 */
async function refuseKept(paths: LabPaths, leaving: readonly string[]): Promise<void> {
  const kept = (await listManifests(paths)).filter((m) => m.nodes.some((n) => leaving.includes(n.node)))
  if (kept.length === 0) return
  const names = kept.map((m) => m.name)
  throw new StateError(
    english('{leaving}: part of {length} snapshots: {names}', {
      leaving: leaving.join(', '),
      length: kept.length,
      names: names.join(', '),
    }),
    {
      hint: names.map((name) => `klab snapshot delete ${name}`).join('; '),
    },
  )
}

/**
 * Says what will change, and asks before nodes are removed. Throws DriftError (a change needs a new lab), StateError
 * (answered no, nobody to ask, part of snapshots).
 */
export async function agree(
  lab: { readonly labfile: string; readonly paths: LabPaths },
  changes: readonly Consequence[],
  o: { readonly confirm?: Confirm | undefined; readonly report: Report },
): Promise<void> {
  if (changes.length === 0) return
  refuseNewLab(lab.labfile, changes)
  const leaving = changes.flatMap((c) => c.leaves ?? [])
  if (leaving.length > 0) {
    await refuseKept(lab.paths, leaving)
    if (!o.confirm)
      throw new StateError(english('{leaving} would be removed with all its data', { leaving: leaving.join(', ') }), {
        hint: 'klab up --yes',
      })
    if (!(await o.confirm(changes))) throw new StateError(english('nothing was changed'))
  }
  o.report({ type: 'note', text: english('the Labfile changed:\n{changes}', { changes: formatConsequences(changes) }) })
}

/**
 * The lab of before, with the add-ons that a change which was cut short may have brought: they must be removed too if
 * the Labfile does not name them.
 */
function withAddonsOf(before: Lab, cut: Lab): Lab {
  const more = cut.kubernetes?.addons ?? []
  if (!before.kubernetes || more.length === 0) return before
  const addons = [...new Set([...(before.kubernetes.addons ?? []), ...more])]
  return { ...before, kubernetes: { ...before.kubernetes, addons } }
}

/** The record for the changed lab: ports for new nodes, and nothing of the removed ones. Writes nothing. */
export async function recordFor(world: World, record: LabRecord, lab: Lab): Promise<LabRecord> {
  const names = lab.nodes.map((n) => n.name)
  const mine = <T>(of: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(of).filter(([name]) => names.includes(name)))
  const ports: Record<string, NodePorts> = mine(record.ports)
  const added = portCount(lab, apiNodes(lab)) > 0 ? names.filter((name) => !(name in ports)) : []
  const held = new Set(await reservedPorts(world.roots.state, { id: record.id, lab }))
  for (const p of Object.values(record.ports)) held.add(p.ssh).add(p.api ?? p.ssh)
  const free = await allocatePorts(added.length, held, `${record.id} ${added.join(' ')}`)
  added.forEach((name, i) => (ports[name] = { ssh: free[i] ?? 0 }))
  return {
    ...record,
    lab,
    ports,
    ...(record.disks && { disks: mine(record.disks) }),
    // After a kill, the next `up` does the rest.
    applying: withAddonsOf(record.applying ?? record.lab, record.lab),
    completedUntil: undefined,
  }
}

/**
 * Applies the changes: removes nodes, and writes the record of the changed lab. `runOf`: a run of the old lab. Throws
 * what the steps throw.
 */
export async function takeOver(
  o: { readonly world: World; readonly paths: LabPaths; readonly record: LabRecord; readonly report: Report },
  lab: Lab,
  runOf: (record: LabRecord) => LabRun,
): Promise<LabRecord> {
  const { world, record, paths, report } = o
  const changes = consequencesFor(record, lab)
  // At most their order has changed.
  if (changes.length === 0) return { ...record, lab }
  const leaving = record.lab.nodes.filter((n) => changes.some((c) => c.leaves === n.name))
  if (leaving.length > 0) {
    const run = runOf(record)
    const runner = { report, clock: world.clock, signal: world.signal }
    // A node that leaves tells the API server.
    const asked = (await hasCluster(record, paths)) ? apiNodes(record.lab) : []
    const states = await Promise.all(asked.map((name) => world.hypervisor.state(domainName(record.id, name))))
    // etcd needs more than half of its members: with fewer of them nothing can be drained or deleted.
    const running = states.filter((state) => state === 'running').length
    if (asked.length > 0 && 2 * running <= asked.length) await executePlan(planUp(run), runner)
    await executePlan(planLeave(run, leaving), runner)
  }
  const next = await recordFor(world, record, lab)
  await writeRecord(paths.record, next)
  return next
}
