/** `klab break`: faults to find and fix. Each is a lesson of one step; its snapshot undoes it. */
import { readEvents } from '../../lesson/journal.js'
import { pick } from '../../lesson/pick.js'
import { openLesson } from '../../lesson/progress.js'
import { StateError, UsageError } from '../../errors.js'
import { nearest } from '../../report/nearest.js'
import { goTo } from '../snapshot.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { english } from '../../words/say.js'
import { removeCheckpoints, requireCheckpoint } from './checkpoints.js'
import { listBreaks } from './find.js'
import { currentLesson, inLesson } from './in-lesson.js'
import type { LessonPage } from './page.js'
import { startLesson } from './start.js'

export interface BreakRequest {
  /** The same seed picks the same fault. */
  readonly seed?: number | undefined
  /** Only faults of this level: `easy`, `hard`. */
  readonly level?: string | undefined
  readonly language?: string | undefined
}

/** The name that lets the seed choose. */
const RANDOM = 'random'

/**
 * Breaks the lab; returns when the symptom shows. `name`: of a fault, or `random`. Throws UsageError, and as
 * startLesson.
 */
export async function startBreak(
  c: LabContext,
  name: string,
  { seed, level, language }: BreakRequest = {},
): Promise<LessonPage & { readonly seed: number | undefined }> {
  const all = await listBreaks(c, language)
  if (name === RANDOM) {
    const some = all.filter((b) => level === undefined || b.level === level)
    const used = seed ?? c.doors.clock.now() % 1_000_000
    const chosen = pick(some, used)
    if (!chosen)
      throw new UsageError(english('break: there is no fault of level {level}', { level: level ?? '?' }), {
        hint: 'klab break list',
      })
    return { ...(await startLesson(c, chosen.dir, { language })), seed: used }
  }
  const found = all.find((b) => b.name === name)
  if (!found) {
    const meant = nearest(name, [...all.map((b) => b.name), RANDOM])
    throw new UsageError(english('break: {name}: no such fault', { name }), {
      hint: meant === undefined ? 'klab break list' : `klab break start ${meant}`,
    })
  }
  return { ...(await startLesson(c, found.dir, { language })), seed: undefined }
}

/** Puts the lab back to before the fault. Throws StateError if nothing is broken or its snapshot is gone. */
export async function undoBreak(c: LabContext): Promise<{ readonly name: string; readonly ms: number }> {
  const { paths } = await recordedLab(c.doors.env, c.file)
  if (!openLesson(await readEvents(paths.lessons)))
    throw new StateError(english('nothing was broken here'), {
      hint: english('klab break list, klab break start NAME'),
    })
  const { lesson, progress } = await currentLesson(c)
  return inLesson(c, { goal: 'undo', lesson }, async (lab) => {
    const { ms } = await goTo(lab, await requireCheckpoint(lab, progress, 0), { undo: false, wait: true })
    await removeCheckpoints(lab)
    await lab.tell({ event: 'finished' })
    return { name: lesson.name, ms }
  })
}
