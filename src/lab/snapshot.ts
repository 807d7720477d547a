/** What `klab snapshot` does, under the lab’s lock: klab first finishes or undoes what a killed one left. */
import { HostError, StateError } from '../errors.js'
import type { World } from '../world.js'
import { nodesOf, putBackAfter } from '../snapshot/machines.js'
import { findManifest, isRam, listManifests } from '../snapshot/manifest.js'
import { remove } from '../snapshot/remove.js'
import { checkFits, restore, sweepAfter, type Restored } from '../snapshot/restore.js'
import { resumeAfterSave, save } from '../snapshot/save.js'
import { instantOf, settle, type SettleDoors, type Settled } from '../snapshot/settle.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { seconds } from '../report/text.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import { withLab } from './with-lab.js'

/** The snapshot that every restore takes of what it replaces. */
export const UNDO = 'undo'
const PUSHED = /^push-(\d+)$/

/** Does `work` while nobody else changes the lab. Throws LockedError; what recover and `work` throw. */
export async function withSnapshots<T>(
  world: World,
  lab: { record: LabRecord; paths: LabPaths; stage?: LockedLab['stage'] },
  say: (line: string) => void,
  work: (lab: LockedLab) => Promise<T>,
): Promise<T> {
  const { paths } = lab
  return withLab(
    world,
    paths,
    { name: 'snapshot', record: (existing) => existing ?? lab.record, recover: say },
    (record) => work({ world, say, paths, record, stage: lab.stage }),
  )
}

/** Saves the lab under the next name of the stack. */
export async function push(lab: LockedLab, o: { message: string; live: boolean }): Promise<Manifest> {
  const numbers = (await listManifests(lab.paths)).map((m) => Number(PUSHED.exec(m.name)?.[1] ?? 0))
  return save(lab, { name: `push-${Math.max(0, ...numbers) + 1}`, ...o, kind: 'push' })
}

/** The snapshot on top of the stack. Throws StateError when it is empty. */
export async function topOfStack(lab: LockedLab): Promise<Manifest> {
  const top = (await listManifests(lab.paths)).findLast((m) => m.kind === 'push')
  if (!top) throw new StateError(english('nothing has been pushed'), { hint: 'klab snapshot push' })
  return top
}

/** The snapshot with this name, `undo` too. `verb`: what was typed before the name, for the hint. Throws StateError. */
export const named = async (lab: LockedLab, name: string, verb = 'klab snapshot restore'): Promise<Manifest> =>
  findManifest(await listManifests(lab.paths), name, verb)

export interface WentTo extends Restored {
  /** What was kept of the old state. */
  readonly kept: Manifest | undefined
  /** Undefined: klab did not wait, or nothing runs. */
  readonly settled: Settled | undefined
}

export interface GoOptions {
  /** Keep the present state first. */
  readonly undo: boolean
  /** Wait until the lab is as it was (settle). */
  readonly wait?: boolean
  /** Tests pass their own. */
  readonly doors?: SettleDoors
}

/**
 * Goes back to a snapshot. First it keeps the present state as `undo`, unless told not to. `wait`: until the lab is as
 * it was (settle). Reports how far it is. Throws StateError, HostError if that is not possible; ProbeError,
 * CommandError if the restore has happened but the lab does not settle.
 */
export async function goTo(lab: LockedLab, manifest: Manifest, o: GoOptions): Promise<WentTo> {
  const { clock } = lab.world
  const since = instantOf(clock)
  const passed = (): number => clock.monotonic() - since.monotonic
  await checkFits(lab, manifest)
  const checksMs = passed()
  const older = (await listManifests(lab.paths)).filter((m) => m.kind === 'auto' && m.name === UNDO)
  const kept = o.undo ? await keep(lab, manifest) : undefined
  if (kept) lab.say(`the present state is kept as ${UNDO}, after ${seconds(passed())}`)
  const restored = await restore(lab, manifest, {
    ...(kept && isRam(kept) ? { paused: nodesOf(lab).map((n) => n.domain) } : {}),
    checked: true,
    sweep: false,
  }).catch((error: unknown) => putBackAfter(error, () => (kept ? resumeAfterSave(lab) : Promise.resolve())))
  const { running } = restored
  const ms = checksMs + restored.ms
  lab.say(`${manifest.name}: ${running ? 'all nodes resumed' : 'disks are back'} after ${seconds(ms)}`)
  // Work that can wait would take CPU time from the nodes. It is done later, even if they do not settle.
  const settled = running && o.wait === true ? settle(lab, manifest, since, o.doors) : Promise.resolve(undefined)
  await settled.catch(() => undefined)
  await sweepAfter(lab)
  if (kept) for (const m of older) await remove(lab, m)
  return { ms, running, kept, settled: await settled }
}

const keep = (lab: LockedLab, manifest: Manifest): Promise<Manifest> =>
  save(lab, { name: UNDO, message: `before ${manifest.name} was restored`, kind: 'auto', stay: true }).catch(
    (error: unknown) => {
      if (!(error instanceof StateError) && !(error instanceof HostError)) throw error
      throw new StateError(english('the present state cannot be kept: {message}', { message: error.message }), {
        hint: english('klab snapshot restore {name} --no-undo, which loses it', { name: manifest.name }),
        cause: error,
      })
    },
  )
