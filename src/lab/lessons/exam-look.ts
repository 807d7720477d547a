/** The state of an exam, and the texts that its trainee reads. */
import { StateError } from '../../errors.js'
import { momentNow, type HostMoment } from '../../host/moment.js'
import { addExamEvent, readExam, readExamLines, type ExamEvent, type ExamLine } from '../../lesson/exam/journal.js'
import { examResult, examState, type ExamResult, type ExamState } from '../../lesson/exam/result.js'
import { readLesson } from '../../lesson/scenario.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { english } from '../../words/say.js'
import { currentLesson, type LessonLab } from './in-lesson.js'
import type { LessonStatus } from './look.js'
import { pageOf, type LessonPage } from './page.js'

/** The present moment, also by this machine’s own counter. */
export const examNow = (c: LabContext): Promise<HostMoment> => momentNow(c.doors.clock.now())

/** The exam that is open in this lab; undefined: none. */
export async function openExam(c: LabContext): Promise<ExamState | undefined> {
  const { paths } = await recordedLab(c.doors.env, c.file)
  const state = examState(readExam(await readExamLines(paths.exams)).events)
  return state?.ended === false ? state : undefined
}

/** The last exam: its lab's id, and what happened, as lines and read. Throws StateError when there was none. */
export async function lastExam(
  c: LabContext,
): Promise<{ readonly lab: string; readonly journal: readonly string[]; readonly events: readonly ExamLine[] }> {
  const { paths, record } = await recordedLab(c.doors.env, c.file)
  const journal = await readExamLines(paths.exams)
  const { events } = readExam(journal)
  if (events.length === 0)
    throw new StateError(english('there was no exam in this lab'), { hint: 'klab lesson start FILE --exam' })
  return { lab: record.id, journal, events }
}

/** How the last exam went so far. Throws StateError when there was none. */
export async function lastExamResult(c: LabContext): Promise<ExamResult> {
  const { events } = await lastExam(c)
  return examResult(events, examState(events)?.ended === true ? undefined : await examNow(c))
}

/** Writes what happened, on disk before it returns. */
export const tellExam = async (lab: Pick<LessonLab, 'c' | 'paths'>, event: ExamEvent): Promise<void> =>
  addExamEvent(lab.paths.exams, event, await examNow(lab.c))

/** The trainee's text of a task; it does not name the fault. */
export async function examPage(c: LabContext, language?: string): Promise<LessonPage> {
  const exam = await openExam(c)
  const found = await currentLesson(c, language)
  // As `klab lesson run` counts its commands.
  const page = await pageOf(found, found.progress.step <= 1 ? 'start' : 'step')
  if (!exam) return page
  const { title, tasks } = exam.terms
  return { ...page, lesson: 'exam', title, step: exam.task + 1, steps: tasks.length, stepTitle: page.stepTitle }
}

/** The tasks of the open exam; a task's title is its symptom. Throws StateError, LessonError. */
export async function examStatus(c: LabContext, language?: string): Promise<LessonStatus> {
  const exam = await openExam(c)
  if (!exam) throw new StateError(english('no exam is open in this lab'))
  const { terms, task, isOpen } = exam
  const { tasks } = await lastExamResult(c)
  const steps = await Promise.all(
    terms.tasks.map(async ({ dir, step }, i) => ({
      ...{ number: i + 1, hasCheck: true, failed: tasks[i]?.failed ?? 0, hints: 0, solved: false, snapshot: undefined },
      // The next tasks are secret.
      title: i > task ? '' : ((await readLesson(dir, { language })).steps[step - 1]?.title ?? ''),
      state: tasks[i]?.passed === true ? ('passed' as const) : i === task ? ('here' as const) : ('open' as const),
    })),
  )
  const startedAt = new Date(terms.startedAt.wall).toISOString()
  return { lesson: 'exam', title: terms.title, dir: '', startedAt, step: task + 1, unready: !isOpen, steps }
}
