/**
 * Runs a plan. This is the only loop. All steps of a phase run at the same time, and the next phase waits for all of
 * them. If a step fails, the others of its phase run to their end, and then the plan stops.
 */
import pMap from 'p-map'
import { Interrupted, messageOf, StepError } from '../errors.js'
import type { Clock } from '../host/types.js'
import type { Outcome, Report } from '../report/events.js'
import type { Phase, Plan, Step } from '../step.js'

export interface RunnerOptions {
  readonly report: Report
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Whether the error is a request to stop and not a failure. */
const interrupted = (error: unknown): boolean =>
  error instanceof Interrupted || (error instanceof StepError && error.cause instanceof Interrupted)

async function runStep(phase: Phase, step: Step, o: RunnerOptions): Promise<void> {
  const started = o.clock.monotonic()
  const base = { phase: phase.name, step: step.id }
  const end = (outcome: Outcome, error?: unknown): void =>
    o.report({
      type: 'end',
      ...base,
      outcome,
      ms: o.clock.monotonic() - started,
      ...(error === undefined ? {} : { error: messageOf(error) }),
    })
  o.report({ type: 'start', ...base, title: step.title })
  const context = { line: (line: string) => o.report({ type: 'output', ...base, line }), signal: o.signal }
  try {
    if (await step.done?.(context)) return end('already')
    end((await step.run(context)) ?? 'done')
  } catch (error) {
    end('failed', error)
    throw new StepError(phase.name, step.id, error)
  }
}

/**
 * Runs the phases in order. Throws StepError (one step failed), AggregateError of StepErrors (several), Interrupted.
 */
export async function executePlan(plan: Plan, o: RunnerOptions): Promise<void> {
  o.report({
    type: 'plan',
    lab: plan.lab,
    goal: plan.goal,
    phases: plan.phases.map((p) => ({ name: p.name, title: p.title, steps: p.steps.map((s) => s.id) })),
  })
  for (const phase of plan.phases) {
    if (o.signal.aborted) throw new Interrupted()
    const started = o.clock.monotonic()
    o.report({ type: 'phase', phase: phase.name, title: phase.title })
    try {
      await pMap(phase.steps, (step) => runStep(phase, step, o), { stopOnError: false })
    } catch (error) {
      const errors: unknown[] = error instanceof AggregateError ? error.errors : [error]
      if (errors.every(interrupted)) throw new Interrupted()
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} steps failed`)
    }
    o.report({ type: 'phase-end', phase: phase.name, ms: o.clock.monotonic() - started })
  }
}
