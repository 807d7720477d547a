/** A run of `up` as text: a bar for each phase, thin ones for its steps. */
import { pad, truncate, width } from '../report/text.js'
import { ticks, tickWords } from './ticks.js'
import type { Timeline, TimelineStep } from './types.js'
import { endOfPhase, minute, oneLine, runWords, spentWords, endWords, troubleWords } from './words.js'
import { say } from '../words/say.js'

/** Columns. */
const MOST_LABEL = 28
const SPENT = 8
const LEAST_BAR = 16

interface Row {
  readonly label: string
  readonly spent: string
  readonly startMs: number | null
  readonly endMs: number | null
  readonly outcome: TimelineStep['outcome']
  readonly bar: string
}

/** A phase that found everything there needs no more lines, nor one whose only step says the same. */
function rowsOf(t: Timeline): readonly Row[] {
  return t.phases.flatMap((p) => {
    const outcome = endOfPhase(p)
    const spent = spentWords(p, outcome, t.ms)
    const { startMs, endMs } = p
    const phase: Row = {
      label: oneLine(p.name),
      spent,
      startMs,
      endMs,
      outcome,
      bar: outcome === 'already' ? '┄' : '█',
    }
    if (p.steps.length < 2 || outcome === 'already') return [phase]
    return [
      phase,
      ...p.steps.map((s) => ({
        label: `  ${oneLine(s.node ?? s.id)}`,
        spent: spentWords(s, s.outcome, t.ms),
        startMs: s.startMs,
        endMs: s.endMs,
        outcome: s.outcome,
        bar: s.outcome === 'cached' || s.outcome === 'already' ? '┄' : '━',
      })),
    ]
  })
}

/** The picture, with lines of at most `columns` (60 at least). */
export function timelineText(t: Timeline, columns: number): string {
  const rows = rowsOf(t)
  const label = Math.min(MOST_LABEL, Math.max(0, ...rows.map((r) => width(r.label))))
  const room = Math.max(LEAST_BAR, Math.max(60, columns) - label - SPENT - 4)
  const scale = Math.max(1, t.ms)
  const at = (ms: number): number => Math.min(room - 1, Math.floor((ms / scale) * room))
  const line = (r: Row): string => {
    const head = `${pad(truncate(r.label, label), label)}  ${r.spent.padStart(SPENT)}`
    if (r.startMs === null) return head
    const [from, to] = [at(r.startMs), at(r.endMs ?? t.ms)]
    const open = r.endMs === null ? '…' : r.outcome === 'failed' ? '✗' : ''
    const bar = r.bar.repeat(Math.max(1, to - from))
    return `${head}  ${' '.repeat(from)}${open === '' ? bar : bar.slice(0, -1) + open}`
  }
  const axis = axisOf(t.ms, room)
  const indent = ' '.repeat(label + SPENT + 4)
  return [
    say('lab {lab}: {state}', { lab: oneLine(t.lab), state: runWords(t) }),
    ...(troubleWords(t) === '' ? [] : [troubleWords(t)]),
    '',
    `${indent}${axis}`.trimEnd(),
    ...rows.map(line),
    ...others(t),
    '',
  ].join('\n')
}

/** Marks at their times; one that has no room is left out. */
function axisOf(ms: number, room: number): string {
  let text = ''
  for (const tick of ticks(ms, Math.max(1, Math.floor(room / 10)))) {
    const at = Math.floor((tick / Math.max(1, ms)) * room)
    const words = tickWords(tick)
    if (at >= text.length && at + words.length <= room) text = `${text.padEnd(at)}${words} `
  }
  return text
}

/** The other runs that are kept. */
function others(t: Timeline): readonly string[] {
  const rest = t.runs.filter((r) => r.run !== t.run)
  if (rest.length === 0) return []
  return [
    '',
    ...rest.map((r) =>
      say('other run: klab timeline --run {run}  ({minute} UTC, {end})', {
        run: r.run,
        minute: minute(r.startedAt),
        end: endWords(r),
      }),
    ),
  ]
}
