/** What a program can do with lessons. Types only. */
import type { BreakRequest } from './break.js'
import type { CheckedStep, ShownHint, SolvedStep } from './check.js'
import type { ExamRequest } from './exam-start.js'
import type { VerifiedExam, WrittenExam } from './exam-report.js'
import type { ListedLesson } from './find.js'
import type { NextRequest, WentToStep } from './go.js'
import type { LintReport } from './lint.js'
import type { DrawOptions, LessonStatus } from './look.js'
import type { LessonPage } from './page.js'
import type { OpenPage, OpenRequest } from './serve.js'
import type { FinishedLesson, StartRequest } from './start.js'
import type { TriedLesson } from './try.js'
import type { ExamResult } from '../../lesson/exam/result.js'
import type { Work } from '../../lesson/record-of-work.js'
import type { TerminalCommand } from '../reach.js'

/** Lessons that run in this lab, in Killercoda's folder format. `language`: that of the texts, such as `zh`. */
export interface Lessons {
  /** Those of these folders; without folders, those beside the Labfile and klab's own. The lab may be down. */
  list(o?: {
    readonly dirs?: readonly string[] | undefined
    readonly language?: string | undefined
  }): Promise<readonly ListedLesson[]>
  /**
   * Saves the lab, prepares it, and begins the first step. `name`: a lesson's name, or a folder; with `exam`: the
   * trainer's list of tasks.
   */
  /** Saves the lab, prepares it, and begins the first step. `name`: a lesson's name, or a folder. */
  start(name: string, o?: StartRequest & { readonly exam?: ExamRequest | undefined }): Promise<LessonPage>
  status(language?: string): Promise<LessonStatus>
  /** The text of the present step; `intro`: with the introduction of the lesson. */
  text(o?: { readonly language?: string | undefined; readonly intro?: boolean | undefined }): Promise<LessonPage>
  /** A page as lines for a terminal. */
  draw(page: LessonPage, o: DrawOptions): Promise<string>
  /** The program that runs a command of the page in a terminal. */
  command(number: number, language?: string): Promise<TerminalCommand & { readonly text: string }>
  /** Checks the present step; if it passes, the lab is saved. */
  check(): Promise<CheckedStep>
  /** The next hint of the present step. */
  hint(language?: string): Promise<ShownHint>
  /** Does the present step for the trainee. */
  solve(): Promise<SolvedStep>
  next(o?: NextRequest): Promise<WentToStep>
  /** Goes to the start of the previous step. This and the next two keep the present state for `snapshots.undo`. */
  back(language?: string): Promise<WentToStep>
  /** Goes to the start of the present step; `all`: of the lesson. */
  reset(o?: { readonly all?: boolean | undefined; readonly language?: string | undefined }): Promise<WentToStep>
  /** Goes to the start of any step, from its snapshot or with the solve scripts of the steps before it. */
  catchUp(step: number, language?: string): Promise<WentToStep>
  /** Ends the lesson; the lab stays as it is. `keep`: keep its snapshots. */
  finish(o?: { readonly keep?: boolean | undefined }): Promise<FinishedLesson>
  /** Serves the open lesson to a browser on this machine, until it is closed. */
  open(o?: OpenRequest): Promise<OpenPage>
  /** Tests a lesson on this lab: each check must fail before its solve script and pass after it. */
  test(name: string): Promise<TriedLesson>
  /** The same for several, with one snapshot for all: the lab is put back only after the last one. */
  testTogether(names: readonly string[]): Promise<readonly TriedLesson[]>
  /** Writes a sample lesson. */
  create(path: string): Promise<{ readonly dir: string; readonly files: readonly string[] }>
  /** What was done in this lab's lessons; `html`: also write it as a page to this file. */
  report(o?: { readonly html?: string | undefined }): Promise<{ readonly lab: string; readonly work: readonly Work[] }>
  /** What is wrong with a lesson's folder, and what it needs that this lab does not have. */
  lint(dir: string): Promise<LintReport>
  readonly breaks: Breaks
  readonly exam: Exams
}

/** Exams; while one is open, `check`, `next`, `finish`, `text` and `status` are about its tasks. */
export interface Exams {
  /** The result of the last one so far. */
  result(): Promise<ExamResult>
  /** Writes its report. `key`: file with the trainer's private key, which signs it. */
  report(file: string, o?: { readonly key?: string | undefined }): Promise<WrittenExam>
  /** Whether the trainer's key signed this report; `key`: file with the public key. */
  verify(file: string, key: string): Promise<VerifiedExam>
  /** Makes a trainer's keys, FILE and FILE.pub. */
  keys(
    file: string,
  ): Promise<{ readonly privateKey: string; readonly publicKey: string; readonly isEncrypted: boolean }>
}

/** Faults to find and fix. Each is a lesson of one step, so check, hint and solve are those of lessons. */
export interface Breaks {
  list(language?: string): Promise<readonly ListedLesson[]>
  /** Breaks the lab; `name`: a fault's name, or `random`. */
  start(name: string, o?: BreakRequest): Promise<LessonPage & { readonly seed: number | undefined }>
  /** Puts the lab back to before the fault. */
  undo(): Promise<{ readonly name: string; readonly ms: number }>
}
