/** The result of an exam, only from its events, so that report and verification agree. Pure. */
import type { HostMoment } from '../../host/moment.js'
import { elapsed } from './clock.js'
import type { ExamLine, ExamTerms } from './journal.js'

export interface TaskResult {
  readonly name: string
  readonly passed: boolean
  /** Checks that did not pass. */
  readonly failed: number
  /** While it was open, s. */
  readonly seconds: number
  /** Of the last check. */
  readonly output: string
}

export interface ExamResult {
  readonly title: string
  readonly minutes: number
  readonly passed: number
  readonly of: number
  /** While tasks were open. The time that klab needs to set them up does not count. */
  readonly usedSeconds: number
  readonly isOver: boolean
  readonly ended: boolean
  readonly tasks: readonly TaskResult[]
  /** What a trainer should ask about. */
  readonly doubts: readonly string[]
}

export interface ExamState {
  readonly terms: ExamTerms
  readonly base: string
  /** From 0; -1: none yet. */
  readonly task: number
  /** Whether that one is open: it was entered and not left. */
  readonly isOpen: boolean
  readonly ended: boolean
}

/** Where an exam is; undefined: there is none. */
export function examState(events: readonly ExamLine[]): ExamState | undefined {
  const [begin] = events
  if (begin?.event !== 'begin') return undefined
  let [task, isOpen, ended] = [-1, false, false]
  for (const e of events) {
    if (e.event === 'enter') [task, isOpen] = [e.task, true]
    if (e.event === 'leave') isOpen = false
    if (e.event === 'end') [isOpen, ended] = [false, true]
  }
  return { terms: begin.terms, base: begin.base, task, isOpen, ended }
}

interface Counting {
  passed: boolean
  failed: number
  ms: number
  output: string
}

/** `now`: until when an open task counts (in a report: the last event). A check after the time counts for nothing. */
export function examResult(events: readonly ExamLine[], now?: HostMoment): ExamResult {
  const state = examState(events)
  if (!state) throw new TypeError('no exam')
  const { terms } = state
  const limit = terms.minutes * 60_000
  const tasks = terms.tasks.map((): Counting => ({ passed: false, failed: 0, ms: 0, output: '' }))
  const doubts = new Set<string>()
  let used = 0
  let since: HostMoment | undefined
  let at = -1
  const pass = (to: HostMoment): void => {
    if (!since) return
    const { ms, doubt } = elapsed(since, to)
    if (doubt !== undefined) doubts.add(doubt)
    used += ms
    const task = tasks[at]
    if (task) task.ms += ms
    since = to
  }
  for (const e of events) {
    if (e.event === 'enter') [since, at] = [e.at, e.task]
    if (e.event === 'check' || e.event === 'leave' || e.event === 'end') pass(e.at)
    const task = tasks[at]
    if (e.event === 'check' && task) {
      task.output = e.output
      if (e.outcome !== 'passed') task.failed += e.outcome === 'unreachable' ? 0 : 1
      // A pass stays a pass: the next tasks start in another state of the lab.
      else if (used <= limit) task.passed = true
      else doubts.add(`${terms.tasks[at]?.name ?? ''} passed after the time was over, which does not count`)
    }
    if (e.event === 'leave' || e.event === 'end') since = undefined
  }
  if (now) pass(now)
  return {
    ...{ title: terms.title, minutes: terms.minutes, of: tasks.length, ended: state.ended, isOver: used > limit },
    passed: tasks.filter((x) => x.passed).length,
    usedSeconds: Math.round(used / 1000),
    tasks: tasks.map(({ passed, failed, ms, output }, i) => ({
      ...{ name: terms.tasks[i]?.name ?? '', passed, failed, output },
      seconds: Math.round(ms / 1000),
    })),
    doubts: [...doubts],
  }
}
