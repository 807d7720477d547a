/** `klab suspend` and `klab resume`: the lab sleeps on disk, RAM included, and the host gets its memory back. */
import { StateError } from '../errors.js'
import { isOff } from '../hypervisor/parse.js'
import { note, type Report } from '../report/events.js'
import { seconds } from '../report/text.js'
import { closeJournal } from '../snapshot/journal.js'
import { allRunning, nodesOf, putBackAfter, statesOf } from '../snapshot/machines.js'
import { listManifests } from '../snapshot/manifest.js'
import { remove } from '../snapshot/remove.js'
import { resumeAfterSave, save } from '../snapshot/save.js'
import type { SettleDoors } from '../snapshot/settle.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import type { LabPaths } from '../state/paths.js'
import { readRecord, sleepsOn, writeRecord, type LabRecord } from '../state/record.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab } from './open.js'
import { resumePaused } from './resume.js'
import { goTo, withSnapshots } from './snapshot.js'
import { readStatus, type Status } from './status.js'

/** The name of its snapshot. klab reserves it, so it never clashes with a user's. */
const NAME = 'suspended'

/** Snapshots of a sleep: this one and those that a kill has left. */
const sleeps = async (paths: LabPaths): Promise<readonly Manifest[]> =>
  (await listManifests(paths)).filter((m) => m.kind === 'auto' && m.name === NAME)

interface Found {
  readonly record: LabRecord
  readonly paths: LabPaths
}

/**
 * Pauses all nodes at one moment, writes their RAM to disk, and ends their machines. Does nothing if the lab already
 * sleeps. Throws StateError unless all nodes run, HostError if there is no room, LockedError; what a save throws, and
 * then all nodes run on.
 */
export async function suspendLab(c: LabContext): Promise<Status> {
  const found = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(found.record.lab)
  return withLog(c, found.paths.log, (report) => suspend(world, found, report))
}

/** The same for a lab that was found. */
export async function suspend(world: World, { record, paths }: Found, report: Report): Promise<Status> {
  await withSnapshots(world, { record, paths }, note(report), async (lab) => {
    const running = await allRunning(lab)
    if (!running && sleepsOn(lab.record) !== undefined) return
    if (!running) throw new StateError(english('all nodes are off: there is nothing to suspend'), { hint: 'klab up' })
    const before = await sleeps(paths)
    const started = world.clock.monotonic()
    const made = await save(lab, { name: NAME, message: 'klab suspend', kind: 'auto', stay: true })
    // If klab is killed from here on, or libvirt dies, the next verb does the rest (recoverSave): it ends the machines.
    await writeAsleep(lab, made.id).catch((error: unknown) => putBackAfter(error, () => resumeAfterSave(lab)))
    await Promise.all(nodesOf(lab).map(({ domain }) => world.hypervisor.stop(domain, 0)))
    await closeJournal(paths)
    lab.say(english('asleep after {time}; klab resume wakes it', { time: seconds(world.clock.monotonic() - started) }))
    for (const m of before) await remove(lab, m)
  })
  return readStatus(world, (await readRecord(paths.record)) ?? record, paths)
}

async function writeAsleep(lab: LockedLab, id: string): Promise<void> {
  const record = { ...lab.record, asleep: id }
  await writeRecord(lab.paths.record, record)
  lab.record = record
}

/**
 * Wakes a sleeping lab: sets the clocks, and waits until all nodes are Ready that were Ready. Resumes a paused lab.
 * Does nothing if all nodes run. Throws StateError if the lab is off; what a restore throws, and then it still sleeps.
 */
export async function resumeLab(c: LabContext): Promise<Status> {
  const found = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(found.record.lab)
  return withLog(c, found.paths.log, async (report) => {
    if (!(await wake(world, found, report))) {
      const lab = { world, say: note(report), ...found }
      const states = await statesOf(lab)
      if (states.some((n) => n.state === 'paused'))
        await resumePaused(
          world,
          { ...found, lab: found.record.lab, id: found.record.id, labfileSha256: found.record.labfileSha256 },
          report,
        )
      else if (states.some((n) => isOff(n.state))) {
        const off = states.filter((n) => isOff(n.state)).map((n) => n.node)
        const what =
          off.length === states.length
            ? english('the lab is off')
            : english('the lab runs, with {nodes} off', { nodes: off.join(', ') })
        throw new StateError(english('{what}: it is not asleep', { what }), { hint: 'klab up' })
      }
    }
    return readStatus(world, (await readRecord(found.paths.record)) ?? found.record, found.paths)
  })
}

/**
 * Wakes the lab if it sleeps; false: it does not. `doors`: how the API server is asked, for tests. Throws as resumeLab.
 */
export async function wake(
  world: World,
  { record, paths }: Found,
  report: Report,
  doors?: SettleDoors,
): Promise<boolean> {
  if (sleepsOn(record) === undefined) return false
  return withSnapshots(world, { record, paths }, note(report), async (lab) => {
    const id = sleepsOn(lab.record)
    const manifest = (await sleeps(paths)).find((m) => m.id === id)
    // Somebody may have started a machine with virsh. Its work must not be lost.
    if (!manifest || !(await statesOf(lab)).every((n) => isOff(n.state))) {
      await forget(lab)
      return false
    }
    // A lab that does not get Ready is awake all the same.
    const awake = (): Promise<void> => forget(lab)
    await goTo(lab, manifest, { undo: false, wait: true, ...(doors && { doors }) }).finally(async () => {
      if ((await statesOf(lab)).some((n) => n.state === 'running')) await awake()
    })
    return true
  })
}

/**
 * For a lab that is about to boot from its disks, or stays off: drops the RAM of its sleep, and says so. Otherwise it
 * would count as asleep the next time its machines are off, and what it has done since would be lost.
 */
export async function giveUpSleep(lab: LockedLab): Promise<void> {
  if (lab.record.asleep === undefined) return
  if (sleepsOn(lab.record) !== undefined) lab.say(english('the RAM of the sleeping lab was dropped'))
  await forget(lab)
}

/** Drops the RAM of a sleeping lab. Its disks are then as after a power cut, and `up` boots them. */
async function forget(lab: LockedLab): Promise<void> {
  const { asleep, ...record } = lab.record
  if (asleep !== undefined) {
    lab.record = record
    await writeRecord(lab.paths.record, record)
  }
  for (const m of await sleeps(lab.paths)) await remove(lab, m)
}
