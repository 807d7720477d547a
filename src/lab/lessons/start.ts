/** `klab lesson start`, `finish`. */
import { StateError } from '../../errors.js'
import { readEvents } from '../../lesson/journal.js'
import type { Lesson } from '../../lesson/model.js'
import { openLesson } from '../../lesson/progress.js'
import { environmentOf } from '../../lesson/environment.js'
import { readLesson } from '../../lesson/scenario.js'
import { note } from '../../report/events.js'
import type { LabRecord } from '../../state/record.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { english } from '../../words/say.js'
import { keepCheckpoint, removeCheckpoints } from './checkpoints.js'
import { enterStep } from './enter.js'
import { findLesson } from './find.js'
import { currentLesson, inLesson, requireNodes } from './in-lesson.js'
import { pageOf, type LessonPage } from './page.js'

export interface StartRequest {
  /** Language of the texts, such as `zh`; default: English. */
  readonly language?: string | undefined
}

/** Throws StateError unless the lab is at the phase that the lesson begins after. */
function requirePhase(lesson: Lesson, record: LabRecord): void {
  const { cluster } = environmentOf(lesson.imageId)
  const wanted = lesson.until ?? (record.lab.kubernetes ? 'ready' : undefined)
  if (!record.lab.kubernetes && lesson.until === undefined && cluster)
    throw new StateError(
      english('{name} needs a cluster, and this lab has none (kubernetes: false)', { name: lesson.name }),
      {
        hint: english('klab init quickstart in another folder, klab up'),
      },
    )
  if (wanted === undefined || record.completedUntil === wanted) return
  const at = record.completedUntil ?? 'nowhere yet'
  const up = lesson.until === undefined ? 'klab up' : `klab up --until ${lesson.until}`
  throw new StateError(
    english('{name} begins in a lab after the phase {wanted}; this one is at: {at}', { name: lesson.name, wanted, at }),
    {
      hint:
        record.completedUntil === undefined || lesson.until === undefined
          ? up
          : english('in another folder: klab init, {up}', { up }),
    },
  )
}

/**
 * The lesson of a name or folder, which may begin in this lab as it is. Throws UsageError, LessonError; StateError when
 * a lesson is open, or the lab is not where this one begins.
 */
export async function lessonToBegin(c: LabContext, name: string, language?: string): Promise<Lesson> {
  const { record, paths, labfile } = await recordedLab(c.doors.env, c.file)
  const lesson = await readLesson(await findLesson(c, name, labfile), { language })
  const open = openLesson(await readEvents(paths.lessons))
  if (open)
    throw new StateError(
      english('the lesson {lesson} is open, at step {step}', { lesson: open.lesson, step: Math.max(open.step, 1) }),
      {
        hint: open.dir === lesson.dir ? english('klab lesson text; klab lesson reset') : 'klab lesson finish ends it',
      },
    )
  requirePhase(lesson, record)
  requireNodes(lesson, record)
  return lesson
}

/**
 * Starts a lesson: saves the lab as it is, prepares it, runs the scripts of the introduction and of the first step.
 * `name`: one of klab's own, or a folder. Throws as lessonToBegin; HostError, LockedError.
 */
export async function startLesson(c: LabContext, name: string, { language }: StartRequest = {}): Promise<LessonPage> {
  const lesson = await lessonToBegin(c, name, language)
  for (const line of lesson.notes) note(c.report)(`${lesson.name}: ${line}`)
  await inLesson(c, { goal: 'start', lesson }, async (lab) => {
    await removeCheckpoints(lab)
    await lab.tell({ event: 'start' })
    await keepCheckpoint(lab, 0)
    await enterStep(lab, 1, 'start')
  })
  return pageOf(await currentLesson(c, language), 'start')
}

export interface FinishedLesson {
  readonly lesson: string
  /** How many of the steps were passed. */
  readonly passed: number
  readonly steps: number
  readonly freedBytes: number
  /** The lesson's closing text. */
  readonly page: LessonPage
}

/**
 * Ends the lesson; the lab stays as it is. Its snapshots go, `keep`: they stay until the next lesson starts. Throws
 * StateError when no lesson is open.
 */
export async function finishLesson(
  c: LabContext,
  o: { readonly keep?: boolean | undefined } = {},
): Promise<FinishedLesson> {
  const found = await currentLesson(c)
  const { lesson, progress } = found
  const page = await pageOf(found, 'finish')
  const freedBytes = await inLesson(c, { goal: 'finish', lesson }, async (lab) => {
    const freed = o.keep === true ? 0 : await removeCheckpoints(lab)
    await lab.tell({ event: 'finished' })
    return freed
  })
  const passed = [...progress.steps.values()].filter((s) => s.passed).length
  return { lesson: lesson.name, passed, steps: lesson.steps.length, freedBytes, page }
}
