/** Which command does again what somebody undid in a guest. */
import { BAKED, upTo, type PhaseName } from '../labfile/phases.js'
import { SECTIONS } from './sections.js'
import type { CheckReport } from './types.js'

/**
 * The commands, one for each phase that the lab has had and of which something is not as it should be. Phases of the
 * cluster are left out: there `klab up` looks itself.
 */
export function repairs(report: CheckReport, completed: string | undefined): readonly string[] {
  const had = (p: PhaseName): boolean => completed !== undefined && upTo(p, completed as PhaseName)
  return BAKED.filter(had).flatMap((phase) => {
    const own = new Set(SECTIONS.filter((s) => s.phase === phase).map((s) => s.id))
    const bad = new Set(
      report.sections
        .filter((s) => own.has(s.section))
        .flatMap((s) => s.nodes.filter((n) => n.state === 'wrong' || n.state === 'not-done').map((n) => n.node)),
    )
    const names = report.nodes.map((n) => n.name).filter((name) => bad.has(name))
    return names.length === 0 ? [] : [`klab provision --only ${phase} ${names.join(' ')}`]
  })
}
