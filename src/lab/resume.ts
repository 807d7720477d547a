/** `klab up` on a paused lab: it runs again in seconds, with the right time. */
import { ProbeError } from '../errors.js'
import { exists } from '../host/files.js'
import { nodesOf, resumeAll, statesOf } from '../snapshot/machines.js'
import { instantOf, settle } from '../snapshot/settle.js'
import type { LockedLab } from '../snapshot/types.js'
import { writeRecord } from '../state/record.js'
import { note, type Report } from '../report/events.js'
import type { World } from '../world.js'
import { labDrift } from './drift.js'
import type { OpenLab } from './open.js'
import { openedNodes } from './status.js'
import { withLab } from './with-lab.js'
import { english } from '../words/say.js'

/**
 * Resumes paused machines and sets the guests' clocks, as after a restore: the clocks are behind by the time that the
 * machines were paused. Resolves to false if nothing was paused, or if there is more to do (a killed snapshot verb, a
 * changed Labfile, machines that were opened with virsh or are off, a node that does not get Ready). Then `up` goes
 * through its phases. Throws LockedError, StateError, HostError.
 */
export async function resumePaused(world: World, open: OpenLab, report: Report): Promise<boolean> {
  const { paths, record: seen } = open
  if (!seen || labDrift(seen.lab, open.lab).length > 0 || (await exists(paths.journal))) return false
  const say = note(report)
  const look: LockedLab = { world, paths, record: seen, say }
  if (!(await statesOf(look)).some((n) => n.state === 'paused')) return false
  if ((await openedNodes(world, seen, paths)).length > 0) return false
  return withLab(world, paths, { name: 'up', record: (known) => known ?? seen }, async (record) => {
    const lab: LockedLab = { world, paths, record, say }
    const states = await statesOf(lab)
    const paused = states.filter((n) => n.state === 'paused')
    if (paused.length === 0 || (await exists(paths.journal))) return false
    const since = instantOf(world.clock)
    // If this klab is killed now, the next one sets the clocks.
    lab.record = { ...record, unsettled: true }
    await writeRecord(paths.record, lab.record)
    await resumeAll(
      lab,
      paused.map((n) => n.domain),
    )
    say(english('{nodes}: resumed', { nodes: paused.map((n) => n.node).join(', ') }))
    // If a machine is off, there is more to do: the phases boot it and report it.
    if (states.some((n) => n.state !== 'paused' && n.state !== 'running')) return false
    const cluster = record.lab.kubernetes && record.completedUntil === 'ready' && record.lab.kubernetes.cni !== 'none'
    const ready = cluster ? nodesOf(lab).map((n) => n.node) : []
    return settle(lab, { ready }, since).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof ProbeError)) throw error
        report({ type: 'warn', text: error.message })
        return false
      },
    )
  })
}
