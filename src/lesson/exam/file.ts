/** The trainer's exam file: which tasks the exam draws from. */
import * as z from 'zod'
import { LessonError } from '../../errors.js'
import { explainIssues } from '../../labfile/explain.js'
import { section, text } from '../../labfile/fields.js'
import { readSource } from '../../labfile/source.js'

const number = (most: number) => {
  const must = `must be a whole number from 1 to ${most}`
  return z.int(must).min(1, must).max(most, must)
}
const TITLE = 'must be a text of 1 to 200 characters'
const FROM = 'must be a list of 1 to 200 tasks'
/** `easy` and `hard`: all faults of that level; NAME: a fault; NAME/2 or ./DIR/2: step 2 of a lesson. */
const task = text(/^[A-Za-z0-9._/-]{1,300}$/, 'must be easy, hard, the name of a fault, or LESSON/STEP')

const schema = section({
  title: z.string(TITLE).min(1, TITLE).max(200, TITLE),
  minutes: number(600).optional(),
  tasks: number(50),
  from: z.array(task, FROM).min(1, FROM).max(200, FROM),
})

/** The content of an exam file. */
export type ExamFile = z.infer<typeof schema>

/** Reads an exam's YAML. Throws LessonError with every mistake and its place. */
export function readExamFile(yaml: string, file: string): ExamFile {
  const source = readSource(yaml)
  const parsed = source.data === undefined ? undefined : schema.safeParse(source.data)
  const wrong = parsed && !parsed.success ? explainIssues(parsed.error.issues, source.data, source) : []
  const issues = [...source.issues, ...wrong].map((i) => ({
    ...{ file, line: i.line, column: i.column },
    message: i.field === '' ? i.message : `${i.field}: ${i.message}`,
  }))
  const hint = 'docs/lessons.md has a sample exam file'
  if (issues.length > 0 || !parsed?.success) throw new LessonError(issues, { hint })
  return parsed.data
}

/** A task that can be drawn. */
export interface ExamTask {
  /** Its name: the fault's, or LESSON/STEP. */
  readonly name: string
  readonly dir: string
  readonly step: number
}
