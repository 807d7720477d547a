/** `klab explain`. */
import { join } from 'node:path'
import { explainSection } from '../course/explain.js'
import { findSections, SECTIONS, type Section } from '../course/sections.js'
import { fill } from '../course/script.js'
import { explainInput } from '../lab/explain.js'
import { readLab } from '../lab/open.js'
import { columns } from '../report/columns.js'
import type { App } from './app.js'
import type { Args } from './command.js'

const list = (): string => columns([['SECTION', 'PHASE', 'WHAT'], ...SECTIONS.map((s) => [s.id, s.phase, s.title])])

/**
 * Prints what klab runs for a section, as a script with comments; without one: the sections. Throws UsageError,
 * LabfileError.
 */
export async function runExplain(app: App, args: Args): Promise<number> {
  const wanted = args['section']
  if (typeof wanted !== 'string') {
    app.stdout.write(list())
    return 0
  }
  const sections = findSections(wanted)
  const open = await readLab(app.env, args.file)
  const input = await explainInput(await app.world(open.lab), open)
  const head = (s: Section): string =>
    `# ${s.id} ${s.title} (${s.phase === '-' ? '' : `phase ${s.phase}, `}${fill(s.file, input.settings)})\n# ${join(app.assets, 'docs', 'course.md')}#${s.id}\n`
  app.stdout.write(sections.map((s) => `${head(s)}${explainSection(s, input)}\n`).join('\n'))
  return 0
}
