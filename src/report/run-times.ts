/** When the phases and steps of a run began and ended, gathered from its events. */
import type { Event, Outcome, Report } from './events.js'

/** Times are ms since the run began; null: not yet, or nobody was there any more to see it. */
export interface StepTimes {
  /** Such as `boot/k8s-node01`. */
  readonly id: string
  readonly title: string
  readonly startMs: number
  readonly endMs: number | null
  readonly outcome: Outcome | null
}

export interface PhaseTimes {
  readonly name: string
  readonly title: string
  /** null: planned, and not begun. */
  readonly startMs: number | null
  readonly endMs: number | null
  readonly steps: readonly StepTimes[]
}

export interface RunTimes {
  /** Of the klab that ran it. */
  readonly pid: number
  /** ISO 8601. The run begins with its first plan: what is checked before is not part of it. */
  readonly startedAt: string
  /** The last sign of life; after the end: when it ended. */
  readonly seenMs: number
  /** null: it has not ended, or klab was killed. */
  readonly outcome: 'done' | 'failed' | 'interrupted' | null
  readonly phases: readonly PhaseTimes[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Phase = Mutable<Omit<PhaseTimes, 'steps'>> & { steps: Mutable<StepTimes>[] }

export interface TimeKeeper {
  readonly report: Report
  /** As it is now; undefined: no step has begun. */
  times(): RunTimes | undefined
  end(outcome: NonNullable<RunTimes['outcome']>): void
}

/** Listens to the events of one run. `clock`: ms since the epoch, and ms that no change of the clock moves. */
export function keepTimes(clock: { now(): number; monotonic(): number }, pid: number): TimeKeeper {
  const phases: Phase[] = []
  let begun: { readonly at: string; readonly ms: number } | undefined
  let outcome: RunTimes['outcome'] = null
  let seenMs = 0
  let anyStep = false
  const since = (): number => (begun ? Math.round(clock.monotonic() - begun.ms) : 0)

  function take(event: Event): void {
    switch (event.type) {
      case 'plan':
        begun ??= { at: new Date(clock.now()).toISOString(), ms: clock.monotonic() }
        for (const { name, title } of event.phases) phases.push({ name, title, startMs: null, endMs: null, steps: [] })
        break
      case 'phase': {
        const planned = phases.find((p) => p.name === event.phase && p.startMs === null)
        if (planned) planned.startMs = since()
        else phases.push({ name: event.phase, title: event.title, startMs: since(), endMs: null, steps: [] })
        break
      }
      case 'start':
        anyStep = true
        running(event.phase)?.steps.push({
          id: event.step,
          title: event.title,
          startMs: since(),
          endMs: null,
          outcome: null,
        })
        break
      case 'end': {
        const step = running(event.phase)?.steps.findLast((s) => s.id === event.step && s.endMs === null)
        if (step) Object.assign(step, { endMs: since(), outcome: event.outcome })
        break
      }
      case 'phase-end': {
        const phase = running(event.phase)
        if (phase) phase.endMs = since()
        break
      }
      case 'output':
      case 'note':
      case 'warn':
        break
    }
    seenMs = since()
  }
  const running = (name: string): Phase | undefined =>
    phases.findLast((p) => p.name === name && p.startMs !== null && p.endMs === null)

  return {
    report: (event) => {
      if (outcome === null) take(event)
    },
    times: () => (begun && anyStep ? { pid, startedAt: begun.at, seenMs, outcome, phases } : undefined),
    end: (how) => {
      outcome = how
      seenMs = since()
      // A failed phase has no end of its own: it ends with its last step.
      for (const p of phases)
        if (p.startMs !== null && p.endMs === null && p.steps.every((s) => s.endMs !== null))
          p.endMs = Math.max(p.startMs, ...p.steps.map((s) => s.endMs ?? 0))
    },
  }
}

/** Phases whose steps run each time, also if nothing has changed: the switch is looked after, the proof is made. */
const EACH_TIME: readonly string[] = ['network', 'ready']

/** Whether the run found all as it should be: each step ended, and none made anything. */
export const isIdle = ({ phases, outcome }: RunTimes): boolean =>
  outcome !== 'failed' &&
  phases.every((p) =>
    p.steps.every(
      (s) => s.outcome === 'already' || s.outcome === 'cached' || (s.outcome === 'done' && EACH_TIME.includes(p.name)),
    ),
  )
