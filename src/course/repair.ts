/** Which command does again what somebody undid in a guest. */
import { BAKED, upTo, type PhaseName } from '../labfile/phases.js'
import { SECTIONS } from './sections.js'
import type { CheckReport, Finding } from './types.js'

/**
 * The commands, one for each phase that the lab has had and of which something is not as it should be. Phases of the
 * cluster are left out: there `klab up` looks itself. A host name or an address that somebody changed is put back by
 * phase `system` also while the node is still Ready, when `klab up` sees nothing to do.
 */
export function repairs(report: CheckReport, completed: string | undefined): readonly string[] {
  const had = (p: PhaseName): boolean => completed !== undefined && upTo(p, completed as PhaseName)
  return BAKED.filter(had).flatMap((phase) => {
    const does = (f: Finding, section: string): boolean =>
      (f.state === 'wrong' || f.state === 'not-done') &&
      (f.phase ?? SECTIONS.find((s) => s.id === section)?.phase) === phase
    const bad = new Set(
      report.sections.flatMap((s) =>
        s.nodes.filter((n) => n.findings.some((f) => does(f, s.section))).map((n) => n.node),
      ),
    )
    const names = report.nodes.map((n) => n.name).filter((name) => bad.has(name))
    return names.length === 0 ? [] : [`klab provision --only ${phase} ${names.join(' ')}`]
  })
}
