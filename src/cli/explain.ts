/** `klab explain`. */
import type { ExplainedSection } from '../lab/explain.js'
import { columns, heads } from '../report/columns.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import type { EXPLAIN_OPTIONS } from './options.js'
import { labOf } from './progress.js'
import { translated } from '../words/say.js'

/**
 * Prints what klab runs for a section, as a script with comments; without one: the sections. Throws UsageError,
 * LabfileError.
 */
export async function runExplain(app: App, args: Args<typeof EXPLAIN_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  if (args.section === undefined) {
    const rows = (await lab.sections()).map((s) => [s.id, s.phase, translated(s.title)])
    app.stdout.write(columns([heads('SECTION', 'PHASE', 'WHAT'), ...rows]))
    return 0
  }
  const head = ({ id, title, phase, file, docs }: ExplainedSection): string =>
    `# ${id} ${title} (${phase === '-' ? '' : `phase ${phase}, `}${file})\n# ${docs}\n`
  const sections = await lab.explain(args.section)
  app.stdout.write(sections.map((s) => `${head(s)}${s.script}\n`).join('\n'))
  return 0
}
