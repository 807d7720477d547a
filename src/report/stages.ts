/** Events of work without a plan: one phase, whose stages are not known before. */
import { messageOf } from '../errors.js'
import type { Report } from './events.js'

/** Does `work` as a stage: reports its begin, its lines and its end. `id`: such as `check/k8s-node01`. */
export type Stage = <T>(id: string, title: string, work: (line: (text: string) => void) => Promise<T>) => Promise<T>

/** For callers that report to nobody. */
export const silently: Stage = (_id, _title, work) => work(() => undefined)

export interface StagedPhase {
  readonly goal: string
  readonly title: string
  /** The lab's name. */
  readonly lab: string
  /** Ids of the stages that are known beforehand. */
  readonly steps?: readonly string[]
}

/** Does `work` as one phase. An error of a stage is reported as its failure, and thrown. */
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
