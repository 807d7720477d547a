/**
 * `klab halt`: powers all machines off, as Vagrant's halt. Disks, ports and snapshots stay, and `klab up` boots the
 * machines again.
 */
import { rm } from 'node:fs/promises'
import { profileFor } from '../cluster/profile.js'
import { domainName } from '../node/names.js'
import type { World } from '../world.js'
import { executePlan } from '../plan/runner.js'
import type { Plan } from '../step.js'
import { note, type Report } from '../report/events.js'
import type { LabPaths } from '../state/paths.js'
import type { LockedLab } from '../snapshot/types.js'
import type { LabRecord } from '../state/record.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab } from './open.js'
import { requireNode } from './reach.js'
import { readStatus, type Status } from './status.js'
import { withLab } from './with-lab.js'
import { english } from '../words/say.js'

/**
 * ms that a guest gets to stop its programs before it is powered off (Vagrant's graceful_halt_timeout); multiplied by
 * the profile's patience.
 */
const GRACE_MS = 60_000

interface HaltRequest {
  /** Powered off at once. */
  readonly force: boolean
  /** Only these; default: all. */
  readonly nodes?: readonly string[] | undefined
}

/** Machines are halted all at once. */
async function planHalt(
  world: World,
  { record, paths }: { record: LabRecord; paths: LabPaths },
  { force, nodes }: HaltRequest,
): Promise<Plan> {
  const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
  const graceMs = force ? 0 : GRACE_MS * profileFor(record.accel, 1).patience
  const wanted = record.lab.nodes.filter((n) => nodes?.includes(n.name) ?? true)
  const steps = wanted.map(({ name }) => {
    const domain = domainName(record.id, name)
    const state = states.get(domain) ?? 'absent'
    return {
      id: `machines/${name}`,
      title: `${name} (${state})`,
      done: () => Promise.resolve(['shut-off', 'crashed', 'absent'].includes(state)),
      run: () => world.hypervisor.stop(domain, graceMs),
    }
  })
  // The API server's last answer is about machines that are being halted.
  const forget = {
    id: 'machines/forget',
    title: english('the API server’s last answer'),
    run: () => rm(paths.seen, { force: true }),
  }
  return {
    goal: 'halt',
    lab: record.name,
    phases: [{ name: 'machines', title: 'machines', steps: [...steps, forget] }],
  }
}

export interface HaltOptions {
  /** Power off at once, like pulling the plug. */
  readonly force?: boolean | undefined
  /** Only these; default: all. */
  readonly nodes?: readonly string[] | undefined
}

/**
 * Powers off the lab or some of its nodes. Throws UsageError for an unknown node, StateError if the lab was never up,
 * what `halt` throws.
 */
export async function haltLab(c: LabContext, o: HaltOptions = {}): Promise<Status> {
  const lab = await recordedLab(c.doors.env, c.file)
  for (const node of o.nodes ?? []) requireNode('halt', lab.record, node)
  const world = await c.doors.world(lab.record.lab)
  const nodes = o.nodes !== undefined && o.nodes.length > 0 ? o.nodes : undefined
  return withLog(c, lab.paths.log, (report) => halt(world, lab, { force: o.force === true, nodes, report }))
}

/** Halts the lab, or these nodes. Returns its status. Throws LockedError, HostError, what the steps throw. */
export async function halt(
  world: World,
  lab: { readonly record: LabRecord; readonly paths: LabPaths },
  o: HaltRequest & { readonly report: Report },
): Promise<Status> {
  const { paths } = lab
  const verb = {
    name: 'halt',
    record: (existing: LabRecord | undefined) => existing ?? lab.record,
    // With force, also machines that a killed snapshot verb has left half done. The next verb repairs that.
    recover: o.force ? undefined : note(o.report),
  }
  return withLab(world, paths, verb, async (record) => {
    await executePlan(await planHalt(world, { record, paths }, o), {
      report: o.report,
      clock: world.clock,
      signal: world.signal,
    })
    const halted: LockedLab = { world, paths, record, say: note(o.report) }
    if (o.nodes === undefined && record.asleep !== undefined) await (await import('./suspend.js')).giveUpSleep(halted)
    return readStatus(world, halted.record, paths)
  })
}
