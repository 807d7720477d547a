/** `klab check`. */
import type { LabHandle } from '../lab/api.js'
import { columns, heads } from '../report/columns.js'
import { clean } from '../report/text.js'
import { say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { CHECK_OPTIONS } from './options.js'
import { withProgress } from './progress.js'

type CheckReport = Awaited<ReturnType<LabHandle['check']>>
type SectionReport = CheckReport['sections'][number]
type Finding = SectionReport['nodes'][number]['findings'][number]

const STATES = {
  done: 'done',
  'not-done': 'not done',
  wrong: 'wrong',
  'not-applicable': '-',
  unreachable: 'not known',
} as const

/**
 * Lines below a section: those that are not as they should be, or all of them if the section was asked for. Lines that
 * all nodes share are shown once.
 */
function below(section: SectionReport, all: boolean): readonly string[] {
  const bad = (f: Finding): boolean => f.state === 'wrong' || f.state === 'not-done'
  const shown = section.nodes.flatMap((n) => n.findings.filter((f) => all || bad(f)).map((f) => ({ node: n.node, f })))
  const nodesOf = (f: Finding): readonly string[] =>
    shown.filter((s) => s.f.state === f.state && s.f.line === f.line).map((s) => s.node)
  const firsts = shown.filter((s, i) => shown.findIndex((x) => x.f.state === s.f.state && x.f.line === s.f.line) === i)
  return firsts.map(({ f }) => `${nodesOf(f).join(', ')}: ${clean(f.line)}${all ? ` (${STATES[f.state]})` : ''}`)
}

/** The report in kubectl-like columns, with the findings below each section. */
export function formatReport(report: CheckReport, all: boolean): string {
  const rows = columns([
    heads('SECTION', 'STATE', 'WHAT'),
    ...report.sections.map((s) => [s.section, STATES[s.state], translated(s.title)]),
  ]).split('\n')
  const [head = '', ...lines] = rows
  const body = report.sections.map((s, i) => [lines[i] ?? '', ...below(s, all).map((line) => `   ${line}`)].join('\n'))
  const bad = report.sections.filter((s) => s.state !== 'done' && s.state !== 'not-applicable').map((s) => s.section)
  const lost = report.nodes.flatMap((n) =>
    n.error === null
      ? []
      : [say('{node} cannot be reached: {why}', { node: n.name, why: clean(n.error.split('\n')[0] ?? '') })],
  )
  const count = (state: string): number => report.sections.filter((s) => s.state === state).length
  const not = bad.length > 0 ? say('; not: {sections}', { sections: bad.join(', ') }) : ''
  const counts = { done: count('done'), others: count('not-applicable') }
  const sum = `${say('{done} done, {others} do not apply', counts)}${not}`
  const repair = (report.repair ?? []).map((command) => say('to do it again: {command}', { command }))
  return `${[head, ...body, '', ...lost, sum, ...repair].join('\n')}\n`
}

/** Prints the report; 1 unless every section that applies is done. Throws UsageError, StateError, HostError. */
export async function runCheck(app: App, args: Args<typeof CHECK_OPTIONS>): Promise<number> {
  const words = [...(args.section === undefined ? [] : [args.section]), ...(args.node ?? [])].map(String)
  // Sections begin with a digit, nodes never do.
  const sections = words.filter((w) => /^\d/.test(w))
  const nodes = words.filter((w) => !/^\d/.test(w))
  const report = await withProgress(app, args, (lab) => lab.check({ sections, nodes }))
  if (args.json) printJson(app, report)
  else app.stdout.write(formatReport(report, sections.length > 0))
  return report.ok ? 0 : 1
}
