/** A plan: what must happen, as plain data with the functions that do it. */
import type { Outcome } from './report/events.js'

export interface StepContext {
  /** Progress or output, one line. */
  readonly line: (text: string) => void
  readonly signal: AbortSignal
}

export interface Step {
  /** Stable, such as `boot/k8s-node01`: journal, output and tests use it. */
  readonly id: string
  readonly title: string
  /** Look, don't remember: true when there is nothing to do. */
  done?(context: StepContext): Promise<boolean>
  /** Forgets that it was done, so that `run` does it again (`klab provision`). */
  again?(context: StepContext): Promise<void>
  /** Idempotent; may be repeated after a kill at any point. Void: it has nothing to say, as most steps. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  run(context: StepContext): Promise<Outcome | void>
}

/** Steps of one phase run side by side; phases one after the other. */
export interface Phase {
  readonly name: string
  readonly title: string
  readonly steps: readonly Step[]
}

export interface Plan {
  readonly goal: 'up' | 'provision' | 'halt' | 'destroy'
  readonly lab: string
  readonly phases: readonly Phase[]
}
