/** The machines of a lab, all together. */
import { HostError, messageOf, StateError } from '../errors.js'
import type { MachineState } from '../hypervisor/types.js'
import { domainName } from '../node/names.js'
import type { LockedLab } from './types.js'
import { english, series } from '../words/say.js'

/** Nodes and their domains, in the Labfile's order. */
export const nodesOf = (lab: LockedLab): readonly { readonly node: string; readonly domain: string }[] =>
  lab.record.lab.nodes.map((n) => ({ node: n.name, domain: domainName(lab.record.id, n.name) }))

export interface NodeState {
  readonly node: string
  readonly domain: string
  readonly state: MachineState
  /** QEMU has paused it because its disk could not be written. */
  readonly stuck: boolean
}

/** The same with what libvirt says about each now; one virsh process. */
export async function statesOf(lab: LockedLab): Promise<readonly NodeState[]> {
  const machines = new Map((await lab.world.hypervisor.list()).map((m) => [m.name, m]))
  return nodesOf(lab).map((n) => {
    const { state = 'absent', stuck = false } = machines.get(n.domain) ?? {}
    return { ...n, state, stuck }
  })
}

const isOff = (state: MachineState): boolean => state === 'shut-off' || state === 'crashed'

/**
 * Whether all run (true) or all are off (false). Throws StateError for anything between: the RAM of one node is no
 * snapshot of a cluster.
 */
export async function allRunning(lab: LockedLab): Promise<boolean> {
  const states = await statesOf(lab)
  if (states.every((s) => s.state === 'running')) return true
  if (states.every((s) => isOff(s.state))) return false
  throw new StateError(
    english('all nodes must run, or all be off: {nodes}', {
      nodes: series(states.map(({ node, state }) => english('{node} is {state}', { node, state }))),
    }),
    {
      hint: 'klab up',
    },
  )
}

/** Throws StateError if a node runs (or died) that must be paused. */
export async function verifyPaused(lab: LockedLab): Promise<void> {
  const not = (await statesOf(lab)).filter((n) => n.state !== 'paused')
  if (not.length > 0)
    throw new StateError(
      series(not.map(({ node, state }) => english('{node} is {state}, not paused', { node, state }))),
      {
        hint: 'klab status',
      },
    )
}

/** The results of all. Throws the first error. */
export function values<T>(ends: readonly PromiseSettledResult<T>[]): readonly T[] {
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason
    return end.value
  })
}

/** ms until QEMU has tried again to write what it could not write. */
const WRITE_AGAIN_MS = 1000

/**
 * Resumes what is paused (`only`: of these domains). Throws StateError if something is still paused (virsh reports only
 * its last command), HostError if a disk still cannot be written.
 */
export async function resumeAll(lab: LockedLab, only?: readonly string[]): Promise<void> {
  const { hypervisor, clock } = lab.world
  const paused = async () =>
    (await statesOf(lab)).filter((n) => n.state === 'paused' && (only?.includes(n.domain) ?? true))
  const before = await paused()
  await hypervisor.resume(before.map((n) => n.domain))
  if (before.some((n) => n.stuck)) await clock.sleep(WRITE_AGAIN_MS, lab.world.signal)
  const left = await paused()
  const stuck = left.filter((n) => n.stuck)
  if (stuck.length > 0)
    throw new HostError(
      english('{nodes}: QEMU cannot write to disk, so it is paused', { nodes: stuck.map((n) => n.node).join(', ') }),
      {
        hint: english('free space: df -h {dir}; then klab up', { dir: lab.paths.dir }),
      },
    )
  if (left.length > 0)
    throw new StateError(english('{machines}: still paused', { machines: left.map((n) => n.domain).join(', ') }), {
      hint: `virsh -c ${hypervisor.uri} resume ${left[0]?.domain ?? ''}`,
    })
}

/**
 * Undoes what a failure left, then throws that failure. If this is not possible now, throws a StateError that says so;
 * the journal is still there.
 */
export async function putBackAfter(error: unknown, putBack: () => Promise<void>): Promise<never> {
  await putBack().catch((why: unknown) => {
    // libvirt itself is gone, or the disk is full.
    throw new StateError(
      english('{message}; and the lab could not be put back yet: {why}', {
        message: messageOf(error),
        why: messageOf(why),
      }),
      {
        hint: english('when that is fixed, klab up repairs the lab'),
        cause: error,
      },
    )
  })
  throw error
}
