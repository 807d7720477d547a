/** The verbs of an open lesson, and of an open exam. */
import { StateError } from '../../errors.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'
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
  if (await openExam(c))
    throw new StateError(english('an exam is open: {what}', { what }), {
      hint: english('klab lesson check, next, finish'),
    })
}

/** Makes a verb that is refused during an exam. */
const outsideExam =
  <A extends unknown[], T>(what: string, verb: (c: LabContext, ...args: A) => Promise<T>) =>
  async (c: LabContext, ...args: A): Promise<T> => {
    await refuseInExam(c, what)
    return verb(c, ...args)
  }

export const hintVerb = outsideExam('an exam has no hints', hintLesson)
export const solveVerb = outsideExam('an exam has no solutions', solveLesson)
export const backVerb = outsideExam('an exam has no way back', backStep)
export const resetVerb = outsideExam('an exam has no way back', resetStep)
export const catchUpVerb = outsideExam('the tasks of an exam come one after the other', catchUp)
export const undoBreakVerb = outsideExam('an exam has no way back', undoBreak)

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

/** How far the trainee is. Throws as lessonStatus. */
export const statusVerb = async (c: LabContext, language?: string): Promise<LessonStatus> =>
  (await openExam(c)) ? examStatus(c, language) : lessonStatus(c, language)

/** The text of the present step or task. Throws as lessonText. */
export const textVerb = async (c: LabContext, o: Parameters<typeof lessonText>[1] = {}): Promise<LessonPage> =>
  (await openExam(c)) ? examPage(c, o.language) : lessonText(c, o)
