/** `klab lesson check`, `solve`, `hint`. */
import { StateError, UsageError } from '../../errors.js'
import { findSections } from '../../course/sections.js'
import type { ScriptOutcome, Ran } from '../../lesson/in-guest.js'
import type { LessonStep } from '../../lesson/model.js'
import { stepOf } from '../../lesson/progress.js'
import type { Manifest } from '../../snapshot/types.js'
import { checkLab } from '../check.js'
import type { LabContext } from '../context.js'
import { english } from '../../words/say.js'
import { keepCheckpoint } from './checkpoints.js'
import {
  currentLesson,
  firstNode,
  inLesson,
  patienceOf,
  runAgainIfBusy,
  runScript,
  stepAt,
  type LessonLab,
} from './in-lesson.js'
import { isChecked } from './page.js'

/** ms: a solve script pulls nothing, but kubeadm join takes minutes. Before patience. */
const SOLVE_MS = 600_000

export interface CheckedStep {
  readonly lesson: string
  readonly step: number
  readonly outcome: ScriptOutcome
  /** The last lines of its script's output; then what klab's own checks found. */
  readonly output: string
  readonly ms: number
  /** The snapshot that was saved, if it passed. */
  readonly snapshot: string | undefined
  readonly isLast: boolean
  /** Whether it was a fault of `klab break`. */
  readonly isFault: boolean
}

/** What klab's own section checks find. */
async function checkSections(lab: LessonLab, step: LessonStep): Promise<Ran> {
  const node = step.node ?? firstNode(lab.record)
  const report = await checkLab(lab.world, lab, { sections: step.sections.flatMap(findSections), nodes: [node] })
  const bad = report.sections.filter((s) => s.state !== 'done' && s.state !== 'not-applicable')
  const lines = bad.flatMap((s) => [
    `${s.section} ${s.title}: ${s.state}`,
    ...s.nodes.flatMap((n) => n.findings.filter((f) => f.state !== 'done').map((f) => `  ${n.node}: ${f.line}`)),
  ])
  const lost = report.nodes.filter((n) => !n.reached).map((n) => `${n.name}: ${n.error ?? 'no answer'}`)
  const outcome = lost.length > 0 ? 'unreachable' : bad.length > 0 ? 'failed' : 'passed'
  return { outcome, exitCode: undefined, output: [...lost, ...lines].join('\n'), ms: 0 }
}

/** Whether a step is done. Changes nothing, unless its script does. */
export async function judgeStep(lab: LessonLab, step: LessonStep): Promise<Ran> {
  const { verify, number, node, user, timeoutMs } = step
  const first = verify
    ? await runScript(lab, { way: 'check', user, ms: timeoutMs, node, title: `step ${number}: check` }, verify)
    : undefined
  if (step.sections.length === 0 || (first && first.outcome !== 'passed'))
    return first ?? { outcome: 'passed', exitCode: undefined, output: '', ms: 0 }
  const second = await checkSections(lab, step)
  const output = [first?.output, second.output].filter((text) => text !== undefined && text !== '').join('\n')
  return { ...second, output, ms: (first?.ms ?? 0) + second.ms }
}

/** ms until the effect of a solution must show. Multiplied by patience. */
export const SETTLE_MS = 120_000
/** ms between two checks while klab waits for that. */
const AGAIN_MS = 5000

/**
 * Checks a step again and again until it says what is awaited, for at most `withinMs` (before patience); the last
 * answer.
 */
export async function judgeUntil(
  lab: LessonLab,
  step: LessonStep,
  { wanted, withinMs }: { readonly wanted: ScriptOutcome; readonly withinMs: number },
): Promise<Ran> {
  const { clock, signal } = lab.world
  const end = clock.monotonic() + withinMs * patienceOf(lab.record)
  for (;;) {
    const ran = await judgeStep(lab, step)
    if (ran.outcome === wanted || clock.monotonic() >= end) return ran
    await clock.sleep(AGAIN_MS, signal)
  }
}

/**
 * Runs a step's solve script; once more if it failed because the API server was too busy to answer. Throws UsageError
 * when it has none.
 */
export async function solveStep(lab: LessonLab, step: LessonStep): Promise<Ran> {
  const { solve, number, node, user } = step
  if (!solve)
    throw new UsageError(english('{name}: step {number} has no solve script', { name: lab.lesson.name, number }), {
      hint: english('its author writes one: steps[].solve in klab.yaml'),
    })
  const title = `step ${number}: solve`
  const ran = await runAgainIfBusy(lab, { way: 'show', user, ms: SOLVE_MS, node, title }, solve)
  await lab.tell({ event: 'solved', step: number, outcome: ran.outcome })
  return ran
}

/** Writes down what a check found; returns what of its output is kept. */
export async function tellChecked(
  lab: LessonLab,
  step: LessonStep,
  { outcome, ms, output }: Ran,
): Promise<{ readonly output: string }> {
  const kept = output.slice(-4000)
  await lab.tell({ event: 'checked', step: step.number, outcome, ms, output: kept })
  return { output: kept }
}

/** Checks a step (`judged`: that was done), writes that down, and takes its snapshot when it passed. */
export async function checkStep(
  lab: LessonLab,
  step: LessonStep,
  judged?: Ran,
): Promise<Ran & { readonly made?: Manifest }> {
  const ran = judged ?? (await judgeStep(lab, step))
  await tellChecked(lab, step, ran)
  // A fault has no next step.
  return ran.outcome === 'passed' && lab.lesson.level === undefined
    ? { ...ran, made: await keepCheckpoint(lab, step.number) }
    : ran
}

/** Checks the present step. Throws StateError when no lesson is open or the step has no check; LockedError. */
export async function checkLesson(c: LabContext): Promise<CheckedStep> {
  const found = await currentLesson(c)
  const { lesson } = found
  const step = stepAt(found)
  if (!isChecked(step))
    throw new StateError(english('{name}: step {number} has no check', { name: lesson.name, number: step.number }), {
      hint: 'klab lesson next',
    })
  const { outcome, output, ms, made } = await inLesson(c, { goal: 'check', lesson }, (lab) => checkStep(lab, step))
  const isLast = step.number === lesson.steps.length
  return {
    lesson: lesson.name,
    step: step.number,
    outcome,
    output,
    ms,
    snapshot: made?.name,
    isLast,
    isFault: lesson.level !== undefined,
  }
}

export interface SolvedStep {
  readonly step: number
  readonly outcome: ScriptOutcome
  readonly output: string
}

/** Does the present step for the trainee, and notes it in the journal. Throws UsageError without a solve script. */
export async function solveLesson(c: LabContext): Promise<SolvedStep> {
  const found = await currentLesson(c)
  const step = stepAt(found)
  const { outcome, output } = await inLesson(c, { goal: 'solve', lesson: found.lesson }, (lab) => solveStep(lab, step))
  return { step: step.number, outcome, output }
}

export interface ShownHint {
  readonly step: number
  /** From 1. */
  readonly number: number
  readonly of: number
  readonly text: string
}

/**
 * The next hint of the present step; after the last one, that one again. The first is what the hint script says about
 * the lab as it is, where it has one. Throws UsageError when there is none.
 */
export async function hintLesson(c: LabContext, language?: string): Promise<ShownHint> {
  const found = await currentLesson(c, language)
  const { lesson, progress } = found
  const step = stepAt(found)
  const { hintcheck, hints, node, user, timeoutMs, number } = step
  const of = hints.length + (hintcheck ? 1 : 0)
  if (of === 0)
    throw new UsageError(english('{name}: step {number} has no hints', { name: lesson.name, number }), {
      hint: english('klab lesson text --open shows the collapsed parts of the text; klab lesson solve'),
    })
  const shown = Math.min(stepOf(progress, number).hints + 1, of)
  return inLesson(c, { goal: 'hint', lesson }, async (lab) => {
    const own =
      hintcheck && shown === 1
        ? (
            await runScript(lab, { way: 'check', user, ms: timeoutMs, node, title: `step ${number}: hint` }, hintcheck)
          ).output.trim()
        : undefined
    const text = own ?? hints[shown - 1 - (hintcheck ? 1 : 0)] ?? ''
    await lab.tell({ event: 'hint', step: number, hint: shown })
    return { step: number, number: shown, of, text }
  })
}
