/** Begins an exam: draws its tasks, and signs its seed, tasks and minutes. */
import { dirname, resolve } from 'node:path'
import { UsageError } from '../../errors.js'
import { sha256Of } from '../../host/digest.js'
import { readExamFile, type ExamTask } from '../../lesson/exam/file.js'
import type { ExamTerms } from '../../lesson/exam/journal.js'
import { draw } from '../../lesson/pick.js'
import { readLesson } from '../../lesson/scenario.js'
import { save } from '../../snapshot/save.js'
import { VERSION } from '../../version.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'
import { removeCheckpoints } from './checkpoints.js'
import { beginTask, unnamed } from './exam.js'
import { examNow, examPage, tellExam } from './exam-look.js'
import { findLesson, listBreaks } from './find.js'
import { inLesson } from './in-lesson.js'
import { isChecked, type LessonPage } from './page.js'
import { lessonToBegin } from './start.js'
import { readGiven, sign } from './trainer-files.js'

/** The default, in minutes. */
const MINUTES = 60

export interface ExamRequest {
  /** Instead of the file's. */
  readonly minutes?: number | undefined
  /** The same seed draws the same tasks. */
  readonly seed?: number | undefined
  /** File with the trainer's private key, which signs the start of the exam. klab reads it and keeps no copy. */
  readonly key?: string | undefined
}

/** The tasks that a line of the exam's file means. Throws UsageError. */
async function tasksOf(c: LabContext, word: string, base: string): Promise<readonly ExamTask[]> {
  const faults = await listBreaks(c)
  if (word === 'easy' || word === 'hard')
    return faults.filter((b) => b.level === word).map(({ name, dir }) => ({ name, dir, step: 1 }))
  const fault = faults.find((b) => b.name === word)
  if (fault) return [{ name: word, dir: fault.dir, step: 1 }]
  const [, name = '', step] = /^(.+)\/(\d{1,3})$/.exec(word) ?? []
  if (step === undefined)
    throw new UsageError(english('exam: {word}: no such fault; a lesson’s step is LESSON/STEP', { word }), {
      hint: 'klab break list',
    })
  const dir = await findLesson(c, name.includes('/') || name.startsWith('.') ? resolve(base, name) : name)
  return [{ name: word, dir, step: Number(step) }]
}

/** Throws UsageError, StateError unless a task can be set up in this lab. */
async function requireTask(c: LabContext, { name, dir, step }: ExamTask): Promise<void> {
  const { steps } = await lessonToBegin(c, dir)
  const own = steps[step - 1]
  if (!own || !isChecked(own))
    throw new UsageError(english('exam: {name}: there is no such step, or it has no check', { name }))
  const unsolved = steps.slice(0, step - 1).find((s) => isChecked(s) && !s.solve)
  if (unsolved)
    throw new UsageError(
      english('exam: {name}: step {number} before it has no solve script', { name, number: unsolved.number }),
    )
}

/**
 * Begins an exam. `file`: the trainer's list of tasks. Throws LessonError, UsageError, StateError (a lesson or an exam
 * is open, a task does not fit this lab), HostError, LockedError.
 */
export async function startExam(
  c: LabContext,
  file: string,
  o: ExamRequest & { readonly language?: string | undefined },
): Promise<LessonPage> {
  const { path, text } = await readGiven(c, file, 'klab lesson start exam.yaml --exam')
  const exam = readExamFile(text, path)
  const found = new Map<string, ExamTask>()
  for (const word of exam.from) for (const task of await tasksOf(c, word, dirname(path))) found.set(task.name, task)
  const seed = o.seed ?? c.doors.clock.now() % 1_000_000
  const tasks = draw([...found.values()], seed, exam.tasks)
  const [first] = tasks
  if (!first || tasks.length < exam.tasks)
    throw new UsageError(
      english('exam: {path}: names {size} tasks, but {tasks} must be drawn', {
        path,
        size: found.size,
        tasks: exam.tasks,
      }),
    )
  for (const task of tasks) await requireTask(c, task)
  const lesson = await readLesson(first.dir, { language: o.language })
  await inLesson(c, { goal: 'exam', lesson: unnamed(lesson) }, async (lab) => {
    const terms: ExamTerms = {
      ...{ title: exam.title, minutes: o.minutes ?? exam.minutes ?? MINUTES, seed, file: sha256Of(text) },
      ...{ lab: lab.record.id, klab: VERSION, tasks, startedAt: await examNow(c) },
    }
    const signed = o.key === undefined ? undefined : await sign(c, terms, o.key)
    await removeCheckpoints(lab)
    const base = await save(lab, { name: 'exam.start', message: 'exam: before it', kind: 'lesson' })
    await tellExam(lab, { event: 'begin', terms, base: base.id, ...(signed && { signed }) })
    await beginTask({ ...lab, lesson }, first, 0)
  })
  return examPage(c, o.language)
}
