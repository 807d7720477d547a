/**
 * `klab halt`: all machines off, as Vagrant's halt; disks, ports and snapshots stay, and `klab up` boots them again.
 */
import { rm } from 'node:fs/promises'
import { profileFor } from '../cluster/profile.js'
import { domainName } from '../node/names.js'
import type { World } from '../world.js'
import { executePlan } from '../plan/runner.js'
import type { Plan } from '../step.js'
import { note, type Report } from '../report/events.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab } from './open.js'
import { readStatus, type Status } from './status.js'
import { withLab } from './with-lab.js'

/**
 * ms that a guest gets to end what runs in it, before it is powered off (Vagrant's graceful_halt_timeout); times the
 * profile's patience.
 */
const GRACE_MS = 60_000

/** Machines side by side. `force`: powered off at once. */
async function planHalt(world: World, lab: { record: LabRecord; paths: LabPaths }, force: boolean): Promise<Plan> {
  const { record, paths } = lab
  const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
  const graceMs = force ? 0 : GRACE_MS * profileFor(record.accel, 1).patience
  const steps = record.lab.nodes.map(({ name }) => {
    const domain = domainName(record.id, name)
    const state = states.get(domain) ?? 'absent'
    return {
      id: `machines/${name}`,
      title: `${name} (${state})`,
      done: () => Promise.resolve(['shut-off', 'crashed', 'absent'].includes(state)),
      run: () => world.hypervisor.stop(domain, graceMs),
    }
  })
  // What the API server said is of machines that are going.
  const forget = {
    id: 'machines/forget',
    title: 'the API server’s last answer',
    run: () => rm(paths.seen, { force: true }),
  }
  return {
    goal: 'halt',
    lab: record.name,
    phases: [{ name: 'machines', title: 'machines', steps: [...steps, forget] }],
  }
}

/** Powers the lab off. `force`: at once. Throws StateError when it was never up, what `halt` throws. */
export async function haltLab(c: LabContext, o: { readonly force?: boolean | undefined } = {}): Promise<Status> {
  const lab = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(lab.record.lab)
  return withLog(c, lab.paths.log, (report) => halt(world, lab, { force: o.force === true, report }))
}

/** Halts the lab. Returns its status. Throws LockedError, HostError, what the steps throw. */
export async function halt(
  world: World,
  lab: { readonly record: LabRecord; readonly paths: LabPaths },
  o: { readonly force: boolean; readonly report: Report },
): Promise<Status> {
  const { paths } = lab
  const verb = {
    name: 'halt',
    record: (existing: LabRecord | undefined) => existing ?? lab.record,
    // By force also what a killed snapshot verb has left half done: the next verb puts that right.
    recover: o.force ? undefined : note(o.report),
  }
  return withLab(world, paths, verb, async (record) => {
    await executePlan(await planHalt(world, { record, paths }, o.force), {
      report: o.report,
      clock: world.clock,
      signal: world.signal,
    })
    return readStatus(world, record, paths)
  })
}
