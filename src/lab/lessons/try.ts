/** `klab lesson test`: tests a lesson on a real lab. Each check must fail before its step is solved, and pass after. */
import { Interrupted, KlabError } from '../../errors.js'
import type { ScriptOutcome } from '../../lesson/in-guest.js'
import type { Lesson, LessonStep } from '../../lesson/model.js'
import type { Manifest } from '../../snapshot/types.js'
import type { LabContext } from '../context.js'
import { goTo } from '../snapshot.js'
import { judgeStep, judgeUntil, SETTLE_MS, solveStep } from './check.js'
import { keepCheckpoint, removeCheckpoints } from './checkpoints.js'
import { enterStep } from './enter.js'
import { inLesson, type LessonLab } from './in-lesson.js'
import { isChecked } from './page.js'
import { lessonToBegin } from './start.js'

export interface TriedStep {
  readonly number: number
  readonly title: string
  /** Undefined: the step has no check. */
  readonly before: ScriptOutcome | undefined
  readonly after: ScriptOutcome | undefined
  /** Undefined: no solve script. */
  readonly solved: ScriptOutcome | undefined
  /** How long the whole step took, ms. */
  readonly ms: number
  /** What is wrong; undefined: nothing. */
  readonly problem: string | undefined
  /** Output of the script that failed. */
  readonly output: string
}

export interface TriedLesson {
  readonly lesson: string
  readonly ok: boolean
  readonly steps: readonly TriedStep[]
  readonly ms: number
}

const NOT_TRIED: Pick<TriedStep, 'before' | 'after' | 'solved' | 'output' | 'problem'> = {
  before: undefined,
  after: undefined,
  solved: undefined,
  output: '',
  problem: undefined,
}

/** Tests one step on the lab as it is. */
async function tryStep(lab: LessonLab, step: LessonStep): Promise<typeof NOT_TRIED> {
  const checked = isChecked(step)
  const before = checked ? await judgeStep(lab, step) : undefined
  const found = { ...NOT_TRIED, before: before?.outcome }
  const wrong = (problem: string, output: string): typeof NOT_TRIED => ({ ...found, problem, output })
  if (before?.outcome === 'passed') return wrong('its check passes before anything is done', before.output)
  if (before && before.outcome !== 'failed')
    return wrong(`its check before the solution: ${before.outcome}`, before.output)
  if (!step.solve) return checked ? wrong('it has a check and no solve script', '') : found
  const solved = await solveStep(lab, step)
  Object.assign(found, { solved: solved.outcome })
  if (solved.outcome !== 'passed') return wrong(`its solve script: ${solved.outcome}`, solved.output)
  // After a solution the cluster needs time: pods start, nodes get Ready.
  const after = checked ? await judgeUntil(lab, step, { wanted: 'passed', withinMs: SETTLE_MS }) : undefined
  Object.assign(found, { after: after?.outcome })
  if (after && after.outcome !== 'passed') return wrong(`its check after the solution: ${after.outcome}`, after.output)
  return found
}

/** Tests one step from its start scripts on. A step that cannot be set up is wrong, not an error of the whole test. */
async function enterAndTry(lab: LessonLab, step: LessonStep): Promise<typeof NOT_TRIED> {
  try {
    await enterStep(lab, step.number, step.number === 1 ? 'start' : 'next')
    return await tryStep(lab, step)
  } catch (error) {
    if (!(error instanceof KlabError) || error instanceof Interrupted) throw error
    return { ...NOT_TRIED, problem: error.message.split('\n')[0] ?? '', output: error.message }
  }
}

/** All steps of a lesson on the lab as it is, until one goes wrong. */
async function trySteps(lab: LessonLab): Promise<TriedLesson> {
  const { clock } = lab.world
  const { lesson } = lab
  const started = clock.monotonic()
  const steps: TriedStep[] = []
  for (const step of lesson.steps) {
    const from = clock.monotonic()
    const { number, title } = step
    const tried = { number, title, ...(await enterAndTry(lab, step)), ms: clock.monotonic() - from }
    steps.push(tried)
    // The next steps need what this one should have done.
    if (tried.problem !== undefined) break
  }
  const ok = steps.length === lesson.steps.length && steps.every((s) => s.problem === undefined)
  return { lesson: lesson.name, ok, steps, ms: clock.monotonic() - started }
}

/** Puts the lab back to where the test began. */
async function putBack(lab: LessonLab, base: Manifest): Promise<void> {
  await goTo(lab, base, { undo: false, wait: true })
  await removeCheckpoints(lab)
}

/**
 * Runs a lesson from its beginning to its end. The lab is as before afterwards, also when it fails. `name`: as in
 * startLesson. Throws as startLesson.
 */
export async function testLesson(c: LabContext, name: string): Promise<TriedLesson> {
  const lesson = await lessonToBegin(c, name)
  const started = c.doors.clock.monotonic()
  const tried = await inLesson(c, { goal: 'test', lesson }, async (lab) => {
    await lab.tell({ event: 'start', trial: true })
    const base = await keepCheckpoint(lab, 0)
    try {
      return await trySteps(lab)
    } finally {
      await putBack(lab, base)
      await lab.tell({ event: 'finished' })
    }
  })
  return { ...tried, ms: c.doors.clock.monotonic() - started }
}

/**
 * The same for several lessons with one snapshot: each starts in the lab that the one before has left, and the lab is
 * put back only after the last one, and after one that failed. That saves most of the time, but lessons that disturb
 * each other fail. Throws as startLesson.
 */
export async function testTogether(c: LabContext, names: readonly string[]): Promise<readonly TriedLesson[]> {
  const lessons: Lesson[] = []
  for (const name of names) lessons.push(await lessonToBegin(c, name))
  const all: TriedLesson[] = []
  let base: Manifest | undefined
  let failure: { readonly error: unknown } | undefined
  for (const [i, lesson] of lessons.entries()) {
    const isLast = i === lessons.length - 1
    await inLesson(c, { goal: 'test', lesson }, async (lab) => {
      await lab.tell({ event: 'start', trial: true })
      base ??= await keepCheckpoint(lab, 0)
      try {
        if (failure === undefined) all.push(await trySteps(lab))
      } catch (error) {
        failure = { error }
      }
      if (isLast) await putBack(lab, base)
      // What it broke must not make the next ones fail.
      else if (failure === undefined && all.at(-1)?.ok === false) await goTo(lab, base, { undo: false, wait: true })
      await lab.tell({ event: 'finished' })
    })
  }
  if (failure) throw failure.error
  return all
}
