/** `klab lesson next`, `back`, `reset`, `catch-up`: go to another step, and restore the lab for it. */
import { StateError, UsageError } from '../../errors.js'
import type { Way } from '../../lesson/journal.js'
import { stepOf, type LessonProgress } from '../../lesson/progress.js'
import type { Settled } from '../../snapshot/settle.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'
import { checkStep, judgeUntil, SETTLE_MS, solveStep } from './check.js'
import { checkpointAfter, keepCheckpoint, requireCheckpoint, restoreCheckpoint } from './checkpoints.js'
import { enterStep } from './enter.js'
import { currentLesson, inLesson, stepAt, type LessonLab } from './in-lesson.js'
import { isChecked, pageOf, type LessonPage } from './page.js'

/** Where a lesson is now; `ms`: until the nodes ran again, if the lab was restored. */
export interface WentToStep extends LessonPage {
  readonly ms: number | undefined
  readonly settled: Settled | undefined
}

const here = async (c: LabContext, went: Partial<WentToStep>, language?: string): Promise<WentToStep> => ({
  ...(await pageOf(await currentLesson(c, language))),
  ms: went.ms,
  settled: went.settled,
})

/** Goes to the start of a step from a snapshot. Throws as restoreSnapshot. */
async function goToStep(
  lab: LessonLab,
  progress: LessonProgress,
  { to, way }: { to: number; way: Way },
): Promise<Partial<WentToStep>> {
  const { ms, settled } = await restoreCheckpoint(lab, await requireCheckpoint(lab, progress, to - 1))
  await enterStep(lab, to, way)
  return { ms, settled }
}

export interface NextRequest {
  /** Skip a step whose check has not passed, if the lesson allows it. */
  readonly skip?: boolean | undefined
  readonly language?: string | undefined
}

/**
 * Goes to the next step; the lab stays as it is. Throws StateError if the present one has not passed or is the last;
 * LockedError.
 */
export async function nextStep(c: LabContext, { skip, language }: NextRequest = {}): Promise<WentToStep> {
  const found = await currentLesson(c)
  const { lesson, progress } = found
  const step = stepAt(found)
  if (step.number === lesson.steps.length)
    throw new StateError(english('{name}: step {number} is the last one', { name: lesson.name, number: step.number }), {
      hint: 'klab lesson finish',
    })
  const passed = stepOf(progress, step.number).passed
  const open = isChecked(step) && !passed
  if (open && skip !== true)
    throw new StateError(english('step {number} has not passed its check', { number: step.number }), {
      hint: lesson.skip
        ? english('klab lesson check, or klab lesson next --skip')
        : english('klab lesson check; klab lesson hint'),
    })
  if (open && !lesson.skip)
    throw new StateError(english('{name} does not let steps be skipped', { name: lesson.name }), {
      hint: english('klab lesson hint, klab lesson solve'),
    })
  await inLesson(c, { goal: 'next step of', lesson }, async (lab) => {
    // The check that passed has saved it, unless klab was killed in between.
    if (!(await checkpointAfter(lab, progress, step.number))) await keepCheckpoint(lab, step.number)
    await enterStep(lab, step.number + 1, open ? 'skip' : 'next')
  })
  return here(c, {}, language)
}

/** Goes to the start of the previous step. Throws StateError at the first one; as restoreSnapshot. */
export async function backStep(c: LabContext, language?: string): Promise<WentToStep> {
  const { lesson, progress } = await currentLesson(c)
  if (progress.step <= 1)
    throw new StateError(english('{name}: this is the first step', { name: lesson.name }), {
      hint: 'klab lesson reset goes to its beginning',
    })
  const went = await inLesson(c, { goal: 'back in', lesson }, (lab) =>
    goToStep(lab, progress, { to: progress.step - 1, way: 'back' }),
  )
  return here(c, went, language)
}

/** Goes to the start of the present step; `all`: of the lesson. Throws as restoreSnapshot. */
export async function resetStep(
  c: LabContext,
  o: { readonly all?: boolean | undefined; readonly language?: string | undefined } = {},
): Promise<WentToStep> {
  const { lesson, progress } = await currentLesson(c)
  const to = o.all === true ? 1 : Math.max(progress.step, 1)
  const went = await inLesson(c, { goal: 'reset', lesson }, (lab) => goToStep(lab, progress, { to, way: 'reset' }))
  return here(c, went, o.language)
}

/** Solves and checks a step that nobody did. Throws StateError if it does not pass. */
async function makeUp(lab: LessonLab, number: number): Promise<void> {
  const step = lab.lesson.steps[number - 1]
  if (!step) throw new TypeError(`no step ${number}`)
  // A step without a check needs no solution.
  if (step.solve || isChecked(step)) await solveStep(lab, step)
  if (!isChecked(step)) {
    await keepCheckpoint(lab, number)
    return
  }
  const judged = await judgeUntil(lab, step, { wanted: 'passed', withinMs: SETTLE_MS })
  const { outcome, output } = await checkStep(lab, step, judged)
  if (outcome !== 'passed')
    throw new StateError(
      english('step {number} does not pass its check after its solve script: {outcome}\n{output}', {
        number,
        outcome,
        output,
      }),
      {
        hint: `klab lesson test ${lab.lesson.dir}`,
      },
    )
}

/**
 * Goes to the start of a step, whatever was done so far: from its snapshot, or from the nearest one before it with the
 * solve scripts of the steps between, each checked. Throws UsageError, StateError; as restoreSnapshot.
 */
export async function catchUp(c: LabContext, to: number, language?: string): Promise<WentToStep> {
  const { lesson, progress } = await currentLesson(c)
  const { length } = lesson.steps
  if (!Number.isInteger(to) || to < 1 || to > length)
    throw new UsageError(
      english('catch-up: {to}: {name} has the steps 1 to {length}', { to, name: lesson.name, length }),
    )
  const went = await inLesson(c, { goal: 'catch up in', lesson }, async (lab) => {
    let from = to - 1
    while (from > 0 && !(await checkpointAfter(lab, progress, from))) from--
    requireSolutions(lab, from + 1, to)
    let gone = await goToStep(lab, progress, { to: from + 1, way: 'catch-up' })
    for (let at = from + 1; at < to; at++) {
      await makeUp(lab, at)
      await enterStep(lab, at + 1, 'catch-up')
      gone = {}
    }
    return gone
  })
  return here(c, went, language)
}

/** Throws UsageError, before anything is restored, if a step in between has a check and no solve script. */
function requireSolutions({ lesson }: LessonLab, from: number, to: number): void {
  const missing = lesson.steps.slice(from - 1, to - 1).find((s) => isChecked(s) && !s.solve)
  if (missing)
    throw new UsageError(
      english('catch-up: step {number} has no solve script, and nobody has passed it yet', { number: missing.number }),
      {
        hint: english('its author writes one: steps[].solve in klab.yaml'),
      },
    )
}
