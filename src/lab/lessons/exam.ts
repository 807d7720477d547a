/** An exam: tasks that a seed has drawn, a time limit, no hints, no way back. Each task starts in the same lab. */
import { messageOf, StateError } from '../../errors.js'
import type { ExamTask } from '../../lesson/exam/file.js'
import type { ExamState } from '../../lesson/exam/result.js'
import type { Lesson } from '../../lesson/model.js'
import { readLesson } from '../../lesson/scenario.js'
import { listManifests } from '../../snapshot/manifest.js'
import type { LabContext } from '../context.js'
import { goTo } from '../snapshot.js'
import { english } from '../../words/say.js'
import { judgeStep, judgeUntil, SETTLE_MS, solveStep, tellChecked, type CheckedStep } from './check.js'
import { removeCheckpoints } from './checkpoints.js'
import { enterStep } from './enter.js'
import { examPage, lastExamResult, openExam, tellExam } from './exam-look.js'
import { currentLesson, inLesson, stepAt, type LessonLab } from './in-lesson.js'
import { isChecked, type LessonPage } from './page.js'
import type { FinishedLesson } from './start.js'

/** Others see a lesson of an exam as `break`: a fault's own name would tell its cause. */
export const unnamed = (lesson: Lesson): Lesson => ({ ...lesson, level: lesson.level ?? 'hard' })

/** Sets a task up. Its time starts when this returns. Throws as enterStep, StateError. */
export async function beginTask(lab: LessonLab, { step }: ExamTask, at: number): Promise<void> {
  await lab.tell({ event: 'start', trial: true })
  for (const before of lab.lesson.steps.slice(0, step - 1)) {
    await enterStep(lab, before.number, before.number === 1 ? 'start' : 'next')
    if (before.solve) await solveStep(lab, before)
    if (isChecked(before)) {
      const { outcome } = await judgeUntil(lab, before, { wanted: 'passed', withinMs: SETTLE_MS })
      if (outcome !== 'passed')
        throw new StateError(
          english('the exam’s task cannot be set up: step {number}: {outcome}', { number: before.number, outcome }),
        )
    }
  }
  await enterStep(lab, step, step === 1 ? 'start' : 'next')
  await tellExam(lab, { event: 'enter', task: at })
}

/** Throws StateError if the time is over. */
async function requireTime(c: LabContext): Promise<void> {
  const { isOver, minutes } = await lastExamResult(c)
  if (isOver)
    throw new StateError(english('the {minutes} minutes of this exam are over', { minutes }), {
      hint: 'klab lesson finish',
    })
}

/** Checks the present task; a pass counts once. Throws StateError when the time is over; LockedError. */
export async function checkTask(c: LabContext): Promise<CheckedStep> {
  await requireTime(c)
  const exam = await openExam(c)
  if (!exam?.isOpen) throw new StateError(english('the next task is not set up yet'), { hint: 'klab lesson next' })
  const found = await currentLesson(c)
  const step = stepAt(found)
  const { outcome, output, ms } = await inLesson(c, { goal: 'check', lesson: found.lesson }, async (lab) => {
    const ran = await judgeStep(lab, step)
    const { output } = await tellChecked(lab, step, ran)
    await tellExam(lab, { event: 'check', task: exam.task, outcome: ran.outcome, output })
    return ran
  })
  const isLast = exam.task === exam.terms.tasks.length - 1
  return {
    ...{ lesson: 'exam', step: exam.task + 1, outcome, output, ms, snapshot: undefined, isLast },
    isFault: false,
  }
}

/** Leaves the present task, passed or not; there is no way back to it. */
async function leaveTask(c: LabContext, exam: ExamState): Promise<void> {
  const { lesson } = await currentLesson(c)
  await inLesson(c, { goal: 'next task', lesson: unnamed(lesson) }, async (lab) => {
    if (exam.isOpen) await tellExam(lab, { event: 'leave', task: exam.task })
    await lab.tell({ event: 'finished' })
  })
}

/**
 * To the next task, in the lab as it was at the exam's beginning. Throws StateError at the last, and after the time.
 */
export async function nextTask(c: LabContext, language?: string): Promise<LessonPage> {
  await requireTime(c)
  const exam = await openExam(c)
  const at = exam === undefined ? -1 : exam.task + 1
  const task = exam?.terms.tasks[at]
  if (!exam || !task) throw new StateError(english('this is the last task'), { hint: 'klab lesson finish' })
  // No task is open if klab was killed between two tasks.
  if (exam.isOpen || (await currentLesson(c).catch(() => undefined))) await leaveTask(c, exam)
  const lesson = await readLesson(task.dir, { language })
  await inLesson(c, { goal: 'next task', lesson: unnamed(lesson) }, async (lab) => {
    await backToBase(lab, exam)
    await beginTask({ ...lab, lesson }, task, at)
  })
  return examPage(c, language)
}

/** The lab as it was when the exam began. Throws StateError when that snapshot is gone. */
async function backToBase(lab: LessonLab, { base }: ExamState): Promise<void> {
  const found = (await listManifests(lab.paths)).find((m) => m.id === base)
  if (!found)
    throw new StateError(english('the snapshot of the exam’s beginning is gone'), { hint: 'klab lesson finish' })
  await goTo(lab, found, { undo: false, wait: true })
}

/** Ends the exam; the lab goes back to where it began. Throws StateError, LockedError. */
export async function finishExam(c: LabContext): Promise<FinishedLesson> {
  const exam = await openExam(c)
  if (!exam) throw new StateError(english('no exam is open in this lab'))
  const [first] = exam.terms.tasks
  const open = await currentLesson(c).catch(() => undefined)
  const lesson = open?.lesson ?? (await readLesson(first?.dir ?? ''))
  const freedBytes = await inLesson(c, { goal: 'finish', lesson: unnamed(lesson) }, async (lab) => {
    await tellExam(lab, { event: 'end' })
    if (open) await lab.tell({ event: 'finished' })
    await backToBase(lab, exam).catch((error: unknown) => lab.say(messageOf(error)))
    return removeCheckpoints(lab)
  })
  const { passed, of, title } = await lastExamResult(c)
  const page: LessonPage = {
    lesson: 'exam',
    title,
    step: of + 1,
    steps: of,
    stepTitle: '',
    markdown: '',
    hasCheck: false,
    passed: passed === of,
  }
  return { lesson: title, passed, steps: of, freedBytes, page }
}
