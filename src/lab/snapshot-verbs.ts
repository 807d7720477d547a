/** The snapshots of a lab, one function for each verb. Those that change something take the lab's lock. */
import { StateError } from '../errors.js'
import { note } from '../report/events.js'
import { inPhase } from '../report/stages.js'
import { flatten, type Flattened } from '../snapshot/flatten.js'
import { findManifest, listManifests } from '../snapshot/manifest.js'
import { allRunning } from '../snapshot/machines.js'
import { remove, renameSnapshot } from '../snapshot/remove.js'
import { save } from '../snapshot/save.js'
import type { Settled } from '../snapshot/settle.js'
import { verify } from '../snapshot/sums.js'
import { listSnapshots, type ListedSnapshot } from '../snapshot/tree.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { sleepsOn } from '../state/record.js'
import { english } from '../words/say.js'
import { withLog, type LabContext } from './context.js'
import { recordedLab } from './open.js'
import { goTo, named, push, topOfStack, UNDO, withSnapshots } from './snapshot.js'

export interface PushOptions {
  /** What it is, for people. */
  readonly message?: string | undefined
  /** Write most of the RAM while the nodes run (default). Otherwise they are paused for all of it, which is faster. */
  readonly live?: boolean | undefined
}

export interface SaveRequest extends PushOptions {
  /** Default: the time, as `s20261123-163000`. */
  readonly name?: string | undefined
}

export interface RestoreRequest {
  /** Keep the present state as the snapshot `undo` (default). */
  readonly undo?: boolean | undefined
  /** Wait until all nodes are Ready that were Ready then (default). */
  readonly wait?: boolean | undefined
  /** First compare every byte with the sha256 from the save. */
  readonly verify?: boolean | undefined
}

/** A snapshot that was just made. `wholeMs`: how long it took, ms. */
export type SavedSnapshot = Manifest & { readonly wholeMs: number }

export interface RestoredSnapshot {
  /** The state of the lab now. */
  readonly snapshot: Manifest
  /** Whether its machines run. If not, `up` boots them. */
  readonly running: boolean
  /** Until the nodes were resumed, ms. */
  readonly ms: number
  /** Whether the old state was kept. */
  readonly kept: Manifest | undefined
  /** Undefined: klab did not wait, or nothing runs. */
  readonly settled: Settled | undefined
}

export interface ShownSnapshot {
  readonly snapshot: ListedSnapshot
  /** The name of the snapshot before it; undefined: none, or it is gone. */
  readonly after: string | undefined
  /** `recorded`: there was no sum to compare with yet. */
  readonly verified: 'recorded' | 'unchanged' | undefined
}

async function locked<T>(c: LabContext, work: (lab: LockedLab) => Promise<T>): Promise<T> {
  const found = await recordedLab(c.doors.env, c.file)
  return withSnapshots(await c.doors.world(found.record.lab), found, note(c.report), work)
}

/** The same for work that takes long: it is reported stage by stage, to the user and to klab's log of the lab. */
async function inStages<T>(
  c: LabContext,
  { goal, title }: { readonly goal: string; readonly title: string },
  work: (lab: LockedLab) => Promise<T>,
): Promise<T> {
  const found = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(found.record.lab)
  return withLog(c, found.paths.log, (report) =>
    inPhase({ report, clock: c.doors.clock }, { goal, title, lab: found.record.name }, (stage) =>
      withSnapshots(world, { ...found, stage }, note(report), work),
    ),
  )
}

async function keep(c: LabContext, title: string, make: (lab: LockedLab) => Promise<Manifest>): Promise<SavedSnapshot> {
  return inStages(c, { goal: 'save', title }, async (lab) => {
    const { clock } = c.doors
    if (sleepsOn(lab.record) !== undefined && !(await allRunning(lab)))
      throw new StateError(english('the lab sleeps, with its RAM on disk'), {
        hint: english('klab resume, then save it'),
      })
    const started = clock.monotonic()
    const made = await make(lab)
    const wholeMs = clock.monotonic() - started
    // Reading all of it takes seconds. Nobody should wait for that.
    await c.doors.background(['-f', lab.record.labfile, 'snapshot', 'show', made.name, '--verify', '--json'])
    return { ...made, wholeMs }
  })
}

/** A name from the time: `s20261123-163000`. */
const stamp = (now: number): string =>
  `s${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`

/** Saves the whole lab, RAM included. Throws UsageError (the name), StateError, HostError, LockedError. */
export const saveSnapshot = (c: LabContext, o: SaveRequest = {}): Promise<SavedSnapshot> =>
  keep(c, o.name ?? 'the lab as it is', (lab) =>
    save(lab, {
      name: o.name ?? stamp(c.doors.clock.now()),
      message: o.message ?? '',
      live: o.live !== false,
      kind: 'manual',
    }),
  )

/** Saves under the next name of the stack. Throws as saveSnapshot. */
export const pushSnapshot = (c: LabContext, o: PushOptions = {}): Promise<SavedSnapshot> =>
  keep(c, 'onto the stack', (lab) => push(lab, { message: o.message ?? '', live: o.live !== false }))

async function goBack(lab: LockedLab, m: Manifest, o: RestoreRequest): Promise<RestoredSnapshot> {
  if (o.verify === true) {
    const found = await verify(lab.world.host, lab.paths, m)
    lab.say(`${m.name}: every file ${found === 'unchanged' ? 'is as it was saved' : 'has its sha256 now'}`)
  }
  const { ms, running, kept, settled } = await goTo(lab, m, { undo: o.undo !== false, wait: o.wait !== false })
  return { snapshot: m, ms, running, kept, settled }
}

/**
 * Goes back to a snapshot. Throws StateError, HostError, CorruptError, LockedError; ProbeError if the lab was restored
 * but does not get Ready.
 */
export const restoreSnapshot = (c: LabContext, name: string, o: RestoreRequest = {}): Promise<RestoredSnapshot> =>
  inStages(c, { goal: 'restore', title: name }, async (lab) =>
    goBack(lab, await named(lab, name, 'klab snapshot restore'), o),
  )

/** Undoes the last restore. Throws as restoreSnapshot. */
export const undoRestore = (c: LabContext, o: Omit<RestoreRequest, 'undo'> = {}): Promise<RestoredSnapshot> =>
  inStages(c, { goal: 'restore', title: english('before the last restore') }, async (lab) =>
    goBack(lab, await named(lab, UNDO, 'klab snapshot restore'), { ...o, undo: true }),
  )

/** Goes back to what was pushed last, and deletes that snapshot. Throws as restoreSnapshot. */
export const popSnapshot = (c: LabContext, o: RestoreRequest = {}): Promise<RestoredSnapshot> =>
  inStages(c, { goal: 'restore', title: english('what was pushed last') }, async (lab) => {
    const top = await topOfStack(lab)
    const back = await goBack(lab, top, o)
    await remove(lab, top)
    return back
  })

/** Deletes a snapshot; those made after it stay. Throws StateError, LockedError. */
export const deleteSnapshot = (c: LabContext, name: string): Promise<{ deleted: string; freedBytes: number }> =>
  locked(c, async (lab) => {
    const m = await named(lab, name, 'klab snapshot delete')
    return { deleted: m.name, freedBytes: await remove(lab, m) }
  })

/** Gives a snapshot another name. Throws UsageError, StateError, LockedError. */
export const rename = (c: LabContext, from: string, to: string): Promise<Manifest> =>
  locked(c, (lab) => renameSnapshot(lab, from, to))

/** Makes long chains of disk overlays short; no snapshot is changed. Throws StateError, LockedError. */
export const flattenDisks = (c: LabContext): Promise<Flattened> => locked(c, flatten)

/** Parents come before children. It only reads, so it takes no lock. Throws StateError if the lab was never up. */
export async function listAll(c: LabContext): Promise<readonly ListedSnapshot[]> {
  const { paths, record } = await recordedLab(c.doors.env, c.file)
  return listSnapshots(await listManifests(paths), record.snapshot ?? null)
}

/** One snapshot. `verify`: compare every byte. Throws StateError, CorruptError. */
export async function showSnapshot(
  c: LabContext,
  name: string,
  o: { readonly verify?: boolean | undefined } = {},
): Promise<ShownSnapshot> {
  const { paths } = await recordedLab(c.doors.env, c.file)
  const all = await listAll(c)
  const snapshot = findManifest(all, name, 'klab snapshot show')
  return {
    snapshot,
    after: all.find((x) => x.id === snapshot.parent)?.name,
    verified: o.verify === true ? await verify(c.doors.host, paths, snapshot) : undefined,
  }
}
