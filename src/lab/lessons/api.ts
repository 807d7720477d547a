/** What a program can do with lessons. Types only. */
import type { BreakRequest } from './break.js'
import type { CheckedStep, ShownHint, SolvedStep } from './check.js'
import type { ListedLesson } from './find.js'
import type { NextRequest, WentToStep } from './go.js'
import type { LintReport } from './lint.js'
import type { DrawOptions, LessonStatus } from './look.js'
import type { LessonPage } from './page.js'
import type { OpenPage, OpenRequest } from './serve.js'
import type { FinishedLesson, StartRequest } from './start.js'
import type { TriedLesson } from './try.js'
import type { Work } from '../../lesson/record-of-work.js'
import type { TerminalCommand } from '../reach.js'

/** Lessons that run in this lab: folders as Killercoda has them. `language`: of the texts, such as `zh`. */
export interface Lessons {
  /** Those of folders; none named: those beside the Labfile, and klab's own. No lab need be up. */
  list(o?: {
    readonly dirs?: readonly string[] | undefined
    readonly language?: string | undefined
  }): Promise<readonly ListedLesson[]>
  /** Saves the lab, makes it ready, and begins the first step. `name`: of a lesson, or a folder. */
  start(name: string, o?: StartRequest): Promise<LessonPage>
  status(language?: string): Promise<LessonStatus>
  /** What is to be read now; `intro`: with the beginning of the lesson. */
  text(o?: { readonly language?: string | undefined; readonly intro?: boolean | undefined }): Promise<LessonPage>
  /** A page as lines for a terminal. */
  draw(page: LessonPage, o: DrawOptions): Promise<string>
  /** What to run in a terminal for a command of the page. */
  command(number: number, language?: string): Promise<TerminalCommand & { readonly text: string }>
  /** Checks the present step; when it passes, the lab is saved. */
  check(): Promise<CheckedStep>
  /** The next hint of the present step. */
  hint(language?: string): Promise<ShownHint>
  /** Does the present step for the trainee. */
  solve(): Promise<SolvedStep>
  next(o?: NextRequest): Promise<WentToStep>
  /** To the beginning of the step before. The state of now is kept for `snapshots.undo`, here and below. */
  back(language?: string): Promise<WentToStep>
  /** To the beginning of the present step; `all`: of the lesson. */
  reset(o?: { readonly all?: boolean | undefined; readonly language?: string | undefined }): Promise<WentToStep>
  /** To the beginning of any step, by its snapshot or by the solve scripts of those before. */
  catchUp(step: number, language?: string): Promise<WentToStep>
  /** Ends the lesson; the lab stays as it is. `keep`: its snapshots too. */
  finish(o?: { readonly keep?: boolean | undefined }): Promise<FinishedLesson>
  /** Serves the open lesson to a browser on this machine, until it is closed. */
  open(o?: OpenRequest): Promise<OpenPage>
  /** Proves a lesson on this lab: each check fails before its solve script and passes after. */
  test(name: string): Promise<TriedLesson>
  /** Writes a lesson to begin with. */
  create(path: string): Promise<{ readonly dir: string; readonly files: readonly string[] }>
  /** What was done in this lab's lessons; `html`: also as a page, into this file. */
  report(o?: { readonly html?: string | undefined }): Promise<{ readonly lab: string; readonly work: readonly Work[] }>
  /** What is wrong with a lesson's folder, and what it would lack here. */
  lint(dir: string): Promise<LintReport>
  readonly breaks: Breaks
}

/** Faults to be found and mended: lessons of one step. Check, hint and solve are those of lessons. */
export interface Breaks {
  list(language?: string): Promise<readonly ListedLesson[]>
  /** Breaks the lab; `name`: of a fault, or `random`. */
  start(name: string, o?: BreakRequest): Promise<LessonPage & { readonly seed: number | undefined }>
  /** The lab as it was before, whatever was done to it since. */
  undo(): Promise<{ readonly name: string; readonly ms: number }>
}
