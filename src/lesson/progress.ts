/** Where a trainee is, from the lesson journal. Pure. */
import type { LessonEvent } from './journal.js'

export interface Saved {
  /** The snapshot’s id. */
  readonly snapshot: string
  /** The key of the scripts that led there (key.ts). */
  readonly key: string
}

export interface StepProgress {
  readonly passed: boolean
  readonly solved: boolean
  /** Checks that did not pass. */
  readonly failed: number
  /** Hints that were shown. */
  readonly hints: number
  /** ISO 8601, of the first time. */
  readonly enteredAt: string | undefined
  readonly passedAt: string | undefined
  /** Of the last check. */
  readonly output: string
}

export interface LessonProgress {
  readonly lesson: string
  readonly dir: string
  readonly startedAt: string
  /** By `klab lesson test`. */
  readonly trial: boolean
  readonly finishedAt: string | undefined
  /** The step that the lab is at; 0: before the first one. */
  readonly step: number
  /** Its scripts did not run to their end. */
  readonly unready: boolean
  readonly steps: ReadonlyMap<number, StepProgress>
  /** Step → the state after it; 0: before the first one. */
  readonly saved: ReadonlyMap<number, Saved>
}

const NOTHING: StepProgress = {
  passed: false,
  solved: false,
  failed: 0,
  hints: 0,
  enteredAt: undefined,
  passedAt: undefined,
  output: '',
}

interface Open extends Omit<LessonProgress, 'steps' | 'saved'> {
  readonly steps: Map<number, StepProgress>
  readonly saved: Map<number, Saved>
}

function change(p: Open, step: number, by: (s: StepProgress) => Partial<StepProgress>): Open {
  const s = p.steps.get(step) ?? NOTHING
  p.steps.set(step, { ...s, ...by(s) })
  return p
}

function after(p: Open, e: LessonEvent): Open {
  switch (e.event) {
    case 'start':
      return p
    case 'finished':
      return { ...p, finishedAt: e.at }
    case 'saved':
      p.saved.set(e.step, { snapshot: e.snapshot, key: e.key })
      return p
    case 'entering':
      return { ...p, step: e.step, unready: true }
    case 'entered':
      return {
        ...change(p, e.step, (s) => ({
          enteredAt: s.enteredAt ?? e.at,
          // A step that the trainee goes back to is open again. Tries and hints still count.
          ...(e.way === 'next' || e.way === 'start' ? {} : { passed: false }),
        })),
        step: e.step,
        unready: false,
      }
    case 'checked':
      return change(p, e.step, (s) =>
        e.outcome === 'passed'
          ? { passed: true, passedAt: s.passedAt ?? e.at, output: e.output }
          : { failed: s.failed + (e.outcome === 'unreachable' ? 0 : 1), output: e.output },
      )
    case 'solved':
      return change(p, e.step, () => ({ solved: true }))
    case 'hint':
      return change(p, e.step, (s) => ({ hints: Math.max(s.hints, e.hint) }))
  }
}

/** The lessons that were started, oldest first; the last one may still be open. */
export function progressOf(events: readonly LessonEvent[]): readonly LessonProgress[] {
  const all: Open[] = []
  for (const e of events) {
    if (e.event === 'start')
      all.push({
        lesson: e.lesson,
        dir: e.dir,
        startedAt: e.at,
        trial: e.trial === true,
        finishedAt: undefined,
        step: 0,
        unready: true,
        steps: new Map(),
        saved: new Map(),
      })
    const open = all.at(-1)
    if (open?.dir === e.dir) all[all.length - 1] = after(open, e)
  }
  return all
}

/** The progress of a step. */
export const stepOf = (p: LessonProgress, step: number): StepProgress => p.steps.get(step) ?? NOTHING

/** The lesson that is open; undefined: none. */
export function openLesson(events: readonly LessonEvent[]): LessonProgress | undefined {
  const last = progressOf(events).at(-1)
  return last?.finishedAt === undefined ? last : undefined
}
