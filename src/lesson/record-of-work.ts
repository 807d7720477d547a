/** What a trainee did, for a trainer: from the journal. Pure. */
import { escapeMarkup } from '../report/markup.js'
import type { LessonProgress } from './progress.js'

export interface WorkStep {
  readonly step: number
  readonly passed: boolean
  /** Whether its solve script did it. */
  readonly solved: boolean
  /** Checks that did not pass. */
  readonly failed: number
  readonly hints: number
  /** Seconds from its first start until it first passed; null: it did not pass. */
  readonly seconds: number | null
  /** The last lines of the last check's output. */
  readonly output: string
}

export interface Work {
  readonly lesson: string
  readonly dir: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly steps: readonly WorkStep[]
}

/** Seconds between two moments, ISO 8601. */
const between = (from: string | undefined, to: string | undefined): number | null =>
  from === undefined || to === undefined ? null : Math.round((Date.parse(to) - Date.parse(from)) / 1000)

/** Each time that a lesson was started, oldest first. */
export const workOf = (all: readonly LessonProgress[]): readonly Work[] =>
  all.map(({ lesson, dir, startedAt, finishedAt, steps }) => ({
    lesson,
    dir,
    startedAt,
    finishedAt: finishedAt ?? null,
    steps: [...steps]
      .sort(([a], [b]) => a - b)
      .map(([step, { passed, solved, failed, hints, enteredAt, passedAt, output }]) => ({
        ...{ step, passed, solved, failed, hints, output },
        seconds: between(enteredAt, passedAt),
      })),
  }))

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((c) => `<${tag}>${escapeMarkup(c)}</${tag}>`).join('')}</tr>`

/** The same as an HTML page in one file. */
export function workPage(lab: string, work: readonly Work[]): string {
  const sections = work.map(({ lesson, startedAt, finishedAt, steps }) => {
    const rows = steps.map((s) =>
      row([
        String(s.step),
        s.passed ? 'passed' : 'open',
        String(s.failed),
        String(s.hints),
        s.solved ? 'yes' : '',
        s.seconds === null ? '' : `${s.seconds} s`,
        s.output,
      ]),
    )
    const head = row(['Step', 'State', 'Failed checks', 'Hints', 'Solved by klab', 'Time', 'Last check'], 'th')
    return [
      `<h2>${escapeMarkup(lesson)}</h2>`,
      `<p>${escapeMarkup(startedAt)} to ${escapeMarkup(finishedAt ?? 'now')}</p>`,
      `<table>${head}${rows.join('')}</table>`,
    ].join('\n')
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lessons in ${escapeMarkup(lab)}</title>
<style>body{font-family:sans-serif;margin:2rem}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;
vertical-align:top;white-space:pre-wrap}table{border-collapse:collapse}</style></head>
<body><h1>Lessons in ${escapeMarkup(lab)}</h1>
${sections.join('\n')}
</body></html>
`
}
