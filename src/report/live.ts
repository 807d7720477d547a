/**
 * What a live display knows about the running plan, and how that looks. Pure, so that tests can compare every letter.
 */
import { translated } from '../words/say.js'
import pc from 'picocolors'
import type { Event, Outcome } from './events.js'
import { paintOutcome } from './plain.js'
import { clean, duration, lastTime, pad, truncate, width } from './text.js'

interface LiveStep {
  readonly title: string
  readonly started: number
  line: string
  end?: { readonly outcome: Outcome; readonly ms: number; readonly error: string | undefined }
}

/** The running phase; empty between phases. */
export interface LiveState {
  phase?: {
    readonly name: string
    readonly title: string
    readonly index: number
    readonly count: number
    readonly started: number
    readonly lastMs: number | undefined
  }
  readonly steps: Map<string, LiveStep>
  phases: readonly string[]
}

export const emptyLiveState = (): LiveState => ({ steps: new Map(), phases: [] })

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100

/** Takes an event into account; `now` in ms. */
export function advance(live: LiveState, event: Event, now: number): void {
  switch (event.type) {
    case 'plan':
      live.phases = event.phases.map((p) => p.name)
      break
    case 'phase':
      live.phase = {
        name: event.phase,
        title: translated(event.title),
        index: live.phases.indexOf(event.phase) + 1,
        count: live.phases.length,
        started: now,
        lastMs: event.lastMs,
      }
      live.steps.clear()
      break
    case 'start':
      live.steps.set(event.step, { title: translated(event.title), started: now, line: '' })
      break
    case 'output': {
      const step = live.steps.get(event.step)
      const line = clean(translated(event.line))
      if (step && line !== '') step.line = line
      break
    }
    case 'end': {
      const step = live.steps.get(event.step) ?? { title: event.step, started: now, line: '' }
      live.steps.set(event.step, {
        ...step,
        end: {
          outcome: event.outcome,
          ms: event.ms,
          error: event.error === undefined ? undefined : translated(event.error),
        },
      })
      break
    }
    case 'phase-end':
      delete live.phase
      break
    case 'note':
    case 'warn':
      break
  }
}

/** The running phase as lines of at most `columns`, at most `rows` of them. */
export function drawLive(live: LiveState, now: number, o: { columns: number; rows: number; color: boolean }): string {
  const { phase } = live
  if (!phase) return ''
  const c = pc.createColors(o.color)
  const place = phase.index > 0 ? `[${phase.index}/${phase.count}] ` : ''
  const short = `${place}${phase.name}: ${phase.title}  ${duration(now - phase.started)}`
  const long = short + lastTime(phase.lastMs)
  const head = width(long) <= o.columns ? long : truncate(short, o.columns)
  const steps = [...live.steps.values()]
  const titles = Math.min(Math.max(0, ...steps.map((s) => width(s.title))), Math.max(16, Math.floor(o.columns / 2)))
  // If the terminal has few rows, ended steps make room for running ones.
  const room = Math.max(1, o.rows - 2)
  const running = steps.filter((s) => !s.end)
  const shown = steps.length <= room ? steps : [...running, ...steps.filter((s) => s.end)].slice(0, room)
  const lines = shown.map((s) => {
    const mark = s.end
      ? markOf(s.end.outcome)
      : (SPINNER[Math.floor((now - s.started) / FRAME_MS) % SPINNER.length] ?? '')
    const took = duration(s.end?.ms ?? now - s.started).padStart(6)
    const fixed = `  ${mark} ${pad(truncate(s.title, titles), titles)} ${took}  `
    const last = s.end ? s.end.outcome : s.line
    const text = truncate((fixed + last).trimEnd(), o.columns)
    if (!s.end) return text.startsWith(fixed) ? fixed + c.dim(text.slice(fixed.length)) : text
    return text === fixed + last ? fixed + paintOutcome(c, s.end.outcome) : text
  })
  return [c.bold(head), ...lines].join('\n')
}

/** What stays on the screen of a finished phase: one line, and one more for each step that failed. */
export function drawEnded(live: LiveState, ms: number, o: { columns: number; color: boolean }): string {
  const { phase } = live
  if (!phase) return ''
  const c = pc.createColors(o.color)
  const ends = [...live.steps.entries()].flatMap(([id, s]) => (s.end ? [{ id, ...s.end }] : []))
  const failed = ends.filter((e) => e.outcome === 'failed')
  const outcome = failed.length > 0 ? 'failed' : sum(ends.map((e) => e.outcome))
  const plain = truncate(
    `${markOf(outcome)} ${pad(phase.name, 14)} ${duration(ms).padStart(6)}  ${phase.title}${note(outcome)}`,
    o.columns,
  )
  const paint = failed.length > 0 ? c.red : c.green
  const lines = [paint(plain.slice(0, 1)) + plain.slice(1)]
  for (const f of failed)
    lines.push(truncate(`  ${f.id}: ${clean((f.error ?? 'failed').split('\n')[0] ?? '')}`, o.columns))
  return lines.join('\n')
}

const markOf = (outcome: Outcome): string => (outcome === 'failed' ? '✗' : '✓')
const note = (outcome: Outcome): string => (outcome === 'already' || outcome === 'cached' ? ` (${outcome})` : '')
/** The common outcome, or simply done. */
const sum = (all: readonly Outcome[]): Outcome =>
  all.length > 0 && all.every((x) => x === all[0]) ? (all[0] ?? 'done') : 'done'
