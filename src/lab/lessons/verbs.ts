/** The verbs of an open lesson, and what they are while an exam is open. */
import { StateError } from '../../errors.js'
import type { LabContext } from '../context.js'
import { undoBreak } from './break.js'
import { checkLesson, hintLesson, solveLesson } from './check.js'
import { checkTask, finishExam, nextTask } from './exam.js'
import { examPage, examStatus, openExam } from './exam-look.js'
import { startExam, type ExamRequest } from './exam-start.js'
import { backStep, catchUp, nextStep, resetStep, type NextRequest, type WentToStep } from './go.js'
import { lessonStatus, lessonText, type LessonStatus } from './look.js'
import type { LessonPage } from './page.js'
import { finishLesson, startLesson, type StartRequest } from './start.js'

/** Throws StateError while an exam is open. */
async function refuseInExam(c: LabContext, what: string): Promise<void> {
  if (await openExam(c)) throw new StateError(`an exam is open: ${what}`, { hint: 'klab lesson check, next, finish' })
}

/** A verb that an exam does not have. */
const outsideExam =
  <A extends unknown[], T>(what: string, verb: (c: LabContext, ...args: A) => Promise<T>) =>
  async (c: LabContext, ...args: A): Promise<T> => {
    await refuseInExam(c, what)
    return verb(c, ...args)
  }

export const hintVerb = outsideExam('it gives no hints', hintLesson)
export const solveVerb = outsideExam('it solves nothing', solveLesson)
export const backVerb = outsideExam('there is no way back', backStep)
export const resetVerb = outsideExam('there is no way back', resetStep)
export const catchUpVerb = outsideExam('its tasks come one after the other', catchUp)
export const undoBreakVerb = outsideExam('there is no way back', undoBreak)

/** `exam`: `name` is the trainer's list of tasks. Throws as startLesson, startExam. */
export async function startVerb(
  c: LabContext,
  name: string,
  o: StartRequest & { readonly exam?: ExamRequest | undefined } = {},
): Promise<LessonPage> {
  await refuseInExam(c, 'finish it first')
  return o.exam ? startExam(c, name, { ...o.exam, language: o.language }) : startLesson(c, name, o)
}

/** Checks the present step or task. Throws as checkLesson, checkTask. */
export const checkVerb = async (c: LabContext): Promise<Awaited<ReturnType<typeof checkLesson>>> =>
  (await openExam(c)) ? checkTask(c) : checkLesson(c)

/** To the next step or task. Throws as nextStep, nextTask. */
export const nextVerb = async (c: LabContext, o: NextRequest = {}): Promise<WentToStep> =>
  (await openExam(c)) ? { ...(await nextTask(c, o.language)), ms: undefined, settled: undefined } : nextStep(c, o)

/** Ends the lesson or the exam. Throws as finishLesson, finishExam. */
export const finishVerb = async (
  c: LabContext,
  o: { readonly keep?: boolean | undefined } = {},
): Promise<Awaited<ReturnType<typeof finishLesson>>> => ((await openExam(c)) ? finishExam(c) : finishLesson(c, o))

/** Where a trainee is. Throws as lessonStatus. */
export const statusVerb = async (c: LabContext, language?: string): Promise<LessonStatus> =>
  (await openExam(c)) ? examStatus(c, language) : lessonStatus(c, language)

/** What is to be read now. Throws as lessonText. */
export const textVerb = async (c: LabContext, o: Parameters<typeof lessonText>[1] = {}): Promise<LessonPage> =>
  (await openExam(c)) ? examPage(c, o.language) : lessonText(c, o)
