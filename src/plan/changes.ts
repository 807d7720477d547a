/** The consequence of each change of a Labfile for an existing lab. Pure. */
import type { Change } from '../errors.js'
import { changesBetween } from '../labfile/changes.js'
import type { Lab, NodeSpec } from '../labfile/model.js'
import { english } from '../words/say.js'

/**
 * `now`: `up` does it; `boot`: `up` applies it, and machines have it from their next boot on; `new-lab`: not possible
 * in this lab.
 */
export type When = 'now' | 'boot' | 'new-lab'

/** A change of a Labfile, and what it means. */
export interface Consequence extends Change {
  readonly when: When
  /** In words. */
  readonly what: string
  /** The command that does it, if `up` does not do all of it. */
  readonly command?: string
  /** The node that joins or leaves. */
  readonly joins?: string
  readonly leaves?: string
}

const NEW_LAB = { when: 'new-lab', what: english('needs a new lab'), command: 'klab destroy, then klab up' } as const

/** Fields (except the nodes) that `up` can change in an existing lab: it runs their phases again. */
const NOW: readonly (readonly [path: RegExp, what: string])[] = [
  [/^os\.authorizedKeys$/, 'is written on every node'],
  [/^os\.(?:timezone|timeServers)$/, 'the guest phases run again on every node'],
  [/^mirrors\b/, 'the guest phases run again on every node'],
  [/^kubernetes\.registryMirrors$/, 'the guest phases run again on every node; the runtime restarts'],
  [/^kubernetes\.addons\b/, 'add-ons are applied, or removed from the cluster'],
]

/** Whether the lab has a cluster without workers. Its control planes take pods, which only kubeadm's start decides. */
const alone = ({ kubernetes, nodes }: Lab): boolean =>
  kubernetes !== undefined && nodes.every((n) => n.role === 'control-plane')

/** A pod network where there was none, if the nodes have its images. */
const getsNetwork = (before: Lab, after: Lab): boolean =>
  before.kubernetes?.cni === 'none' && after.kubernetes !== undefined && after.kubernetes.bundle.source !== 'dir'

function ofField(change: Change, before: Lab, after: Lab): Consequence {
  if (/^kubernetes\.cni\b/.test(change.path) && getsNetwork(before, after))
    return { ...change, when: 'now', what: english('the pod network is applied') }
  const known = NOW.find(([path]) => path.test(change.path))
  return { ...change, ...(known ? { when: 'now', what: known[1] } : NEW_LAB) }
}

function ofNode(change: Change, { name }: NodeSpec): Consequence {
  if (/^nodes\[\d+\]\.(?:labels|taints)\b/.test(change.path))
    return { ...change, when: 'now', what: english('is set on {node} in the cluster', { node: name }) }
  if (!/^nodes\[\d+\]\.(?:cpus$|memoryMiB$|ports\b)/.test(change.path)) return { ...change, ...NEW_LAB }
  const command = `klab reload ${name}`
  return {
    ...change,
    when: 'boot',
    what: english('from the next boot of {node} on ({command})', { node: name, command }),
    command,
  }
}

/** One node more or one less. */
function ofCount(before: Lab, after: Lab): readonly Consequence[] {
  const cluster = after.kubernetes !== undefined
  const fixed = alone(before) || alone(after)
  const added = after.nodes.flatMap((node, i): Consequence[] => {
    if (before.nodes.some((n) => n.name === node.name)) return []
    const change = { path: `nodes[${i}]`, before: undefined, after: node }
    if (fixed || (cluster && node.role === 'control-plane')) return [{ ...change, ...NEW_LAB }]
    const what = `${node.name} is booted${cluster ? ' and joins' : ''}`
    return [{ ...change, when: 'now', what, joins: node.name }]
  })
  const gone = before.nodes.flatMap((node, i): Consequence[] => {
    if (after.nodes.some((n) => n.name === node.name)) return []
    const change = { path: `nodes[${i}]`, before: node, after: undefined }
    if (fixed || (cluster && node.role === 'control-plane')) return [{ ...change, ...NEW_LAB }]
    const what = `${node.name} ${cluster ? 'is drained and leaves; ' : ''}its machine and disk are removed`
    return [{ ...change, when: 'now', what, leaves: node.name }]
  })
  return [...added, ...gone]
}

/** Every change with its consequence. Nodes with the same name are the same node. */
export function consequencesOf(before: Lab, after: Lab): readonly Consequence[] {
  const fields = changesBetween({ ...before, nodes: [] }, { ...after, nodes: [] }).map((c) => ofField(c, before, after))
  const nodes = after.nodes.flatMap((node, i) => {
    const old = before.nodes.find((n) => n.name === node.name)
    const changes = old ? changesBetween(old, node) : []
    return changes.map((c) => ofNode({ ...c, path: `nodes[${i}].${c.path}` }, node))
  })
  return [...fields, ...nodes, ...ofCount(before, after)]
}
