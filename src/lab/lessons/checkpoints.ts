/** The snapshots of a lesson: one before it, one after each step. */
import { StateError } from '../../errors.js'
import { checkpointKey, checkpointName } from '../../lesson/key.js'
import type { LessonProgress } from '../../lesson/progress.js'
import { listManifests } from '../../snapshot/manifest.js'
import { remove } from '../../snapshot/remove.js'
import { save } from '../../snapshot/save.js'
import type { Manifest } from '../../snapshot/types.js'
import { goTo, type WentTo } from '../snapshot.js'
import { english } from '../../words/say.js'
import { shownName, type LessonLab } from './in-lesson.js'

/** Saves the state after a step (0: before the first), in place of an older one. Throws StateError, HostError. */
export async function keepCheckpoint(lab: LessonLab, step: number): Promise<Manifest> {
  const before = (await lab.progress())?.saved.get(step)
  for (const m of await listManifests(lab.paths))
    if (m.kind === 'lesson' && m.id === before?.snapshot) await remove(lab, m)
  const made = await save(lab, {
    name: await freeName(lab, checkpointName(shownName(lab.lesson), step)),
    message:
      step === 0 ? `lesson ${shownName(lab.lesson)}: before it` : `lesson ${shownName(lab.lesson)}: after step ${step}`,
    kind: 'lesson',
  })
  await lab.tell({ event: 'saved', step, snapshot: made.id, key: checkpointKey(lab.lesson, step) })
  return made
}

async function freeName(lab: LessonLab, name: string): Promise<string> {
  const names = new Set((await listManifests(lab.paths)).map((m) => m.name))
  let free = name
  for (let n = 2; names.has(free); n++) free = `${name}-${n}`
  return free
}

/** The checkpoint after a step; undefined: there is none, or the lesson's scripts have changed since. */
export async function checkpointAfter(
  lab: LessonLab,
  progress: LessonProgress,
  step: number,
): Promise<Manifest | undefined> {
  const saved = progress.saved.get(step)
  if (saved?.key !== checkpointKey(lab.lesson, step)) return undefined
  return (await listManifests(lab.paths)).find((m) => m.id === saved.snapshot)
}

/** Restores a checkpoint; the present state is kept for `klab snapshot undo`. */
export const restoreCheckpoint = (lab: LessonLab, to: Manifest): Promise<WentTo> =>
  goTo(lab, to, { undo: true, wait: true })

/** The checkpoint, which must exist. Throws StateError with the command that makes it again. */
export async function requireCheckpoint(lab: LessonLab, progress: LessonProgress, step: number): Promise<Manifest> {
  const found = await checkpointAfter(lab, progress, step)
  if (found) return found
  throw new StateError(
    step === 0
      ? english('{name}: the snapshot from before the lesson is gone', { name: lab.lesson.name })
      : english('{name}: there is no snapshot after step {step}, or its scripts have changed since', {
          name: lab.lesson.name,
          step,
        }),
    { hint: step === 0 ? english('klab lesson finish, then klab lesson start') : `klab lesson catch-up ${step + 1}` },
  )
}

/** Removes the checkpoints of all lessons except `keep`. Returns the bytes freed. */
export async function removeCheckpoints(lab: LessonLab, keep: ReadonlySet<string> = new Set()): Promise<number> {
  let freed = 0
  for (const m of await listManifests(lab.paths))
    if (m.kind === 'lesson' && !keep.has(m.id)) freed += await remove(lab, m)
  return freed
}
