/** Events of work that has no plan: one phase, whose stages come as they come. */
import { messageOf } from '../errors.js'
import type { Report } from './events.js'

/** Does `work` as a stage: its begin, its lines and its end are reported. `id`: such as `check/k8s-node01`. */
export type Stage = <T>(id: string, title: string, work: (line: (text: string) => void) => Promise<T>) => Promise<T>

/** For who has nobody to report to. */
export const silently: Stage = (_id, _title, work) => work(() => undefined)

export interface StagedPhase {
  readonly goal: string
  readonly title: string
  /** The lab's name. */
  readonly lab: string
  /** Ids of the stages that are known beforehand. */
  readonly steps?: readonly string[]
}

/** Does `work` in a phase of its own. What a stage throws is reported as its failure, and thrown. */
export async function inPhase<T>(
  { report, clock }: { readonly report: Report; readonly clock: { monotonic(): number } },
  { goal, title, lab, steps = [] }: StagedPhase,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const phase = goal
  const started = clock.monotonic()
  const stage: Stage = async (step, what, run) => {
    const begun = clock.monotonic()
    const end = (outcome: 'done' | 'failed', error?: string): void =>
      report({
        type: 'end',
        phase,
        step,
        outcome,
        ms: clock.monotonic() - begun,
        ...(error === undefined ? {} : { error }),
      })
    report({ type: 'start', phase, step, title: what })
    try {
      const result = await run((line) => report({ type: 'output', phase, step, line }))
      end('done')
      return result
    } catch (error) {
      end('failed', messageOf(error))
      throw error
    }
  }
  report({ type: 'plan', lab, goal, phases: [{ name: goal, title, steps }] })
  report({ type: 'phase', phase, title })
  const result = await work(stage)
  report({ type: 'phase-end', phase, ms: clock.monotonic() - started })
  return result
}
