/** Phase `labels`: the Labfile's labels and taints of the nodes, set in the cluster from the host. */
import * as z from 'zod'
import { CorruptError } from '../errors.js'
import { parseJson } from '../host/json.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Marks } from '../node/baked-phase.js'
import { connect } from '../node/connections.js'
import { digest, putMark, removeMark } from '../node/guest-phase.js'
import { steadyKubectl } from '../node/kubectl.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** `kubectl get nodes -o json`, as far as it is read here. */
const NODES = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string() }),
      spec: z.object({ taints: z.array(z.object({ key: z.string(), effect: z.string() })).default([]) }),
    }),
  ),
})

interface InCluster {
  readonly uid: string
  /** `KEY:EFFECT` of its taints. */
  readonly taints: ReadonlySet<string>
}

type Nodes = ReadonlyMap<string, InCluster>

/** The nodes as the API server knows them. Throws CommandError, CorruptError. */
async function readNodes(run: LabRun, line?: (text: string) => void): Promise<Nodes> {
  const { stdout } = await (await steadyKubectl(run, line))(['get', 'nodes', '-o', 'json'])
  const parsed = NODES.safeParse(parseJson(stdout))
  if (!parsed.success)
    throw new CorruptError('kubectl get nodes -o json: not a list of nodes', { hint: 'klab kubectl get nodes -o json' })
  return new Map(
    parsed.data.items.map(({ metadata, spec }) => [
      metadata.name,
      { uid: metadata.uid, taints: new Set(spec.taints.map(({ key, effect }) => `${key}:${effect}`)) },
    ]),
  )
}

/** `KEY=VALUE:EFFECT` without its value: what `kubectl taint` removes a taint by. */
const kindOf = (taint: string): string => taint.replace(/=[^:]*/, '')

/** The words of `kubectl label` that make `before` into `after`. */
const labelWords = (before: NodeSpec['labels'] = {}, after: NodeSpec['labels'] = {}): readonly string[] => [
  ...Object.entries(after).map(([key, value]) => `${key}=${value}`),
  ...Object.keys(before).flatMap((key) => (key in after ? [] : [`${key}-`])),
]

/** The same for `kubectl taint`, which refuses to remove a taint that is not there. */
const taintWords = (
  before: NodeSpec['taints'] = [],
  after: NodeSpec['taints'] = [],
  here: InCluster['taints'],
): readonly string[] => [
  ...after,
  ...before
    .map(kindOf)
    .filter((kind) => here.has(kind) && !after.map(kindOf).includes(kind))
    .map((kind) => `${kind}-`),
]

/**
 * One step for each node that has labels or taints in the Labfile, or had some before the Labfile changed. What a
 * trainee has changed by hand since is not changed back; a node that joined again gets them again.
 */
export function labelSteps(run: LabRun, marks: Marks): readonly Step[] {
  let asked: Promise<Nodes> | undefined
  const before = run.record.applying?.nodes ?? []
  // The node's UID is another one after it has left and joined again.
  const markFor = (node: NodeSpec, { uid }: InCluster): string =>
    digest('labels', JSON.stringify({ uid, labels: node.labels, taints: node.taints }))
  return run.lab.nodes.flatMap((node) => {
    const old = before.find((n) => n.name === node.name)
    const had = old?.labels !== undefined || old?.taints !== undefined
    if (node.labels === undefined && node.taints === undefined && !had) return []
    const words = [...labelWords(old?.labels, node.labels), ...(node.taints ?? [])]
    return [
      {
        id: `labels/${node.name}`,
        title: `${node.name}: ${words.length > 0 ? words.join(', ') : 'none'}`,
        done: async () => {
          const here = (await (asked ??= readNodes(run))).get(node.name)
          return here !== undefined && (await marks(node.name)).get('labels') === markFor(node, here)
        },
        again: async () => removeMark(await connect(run, node.name), 'labels'),
        run: async ({ line }) => {
          const here = (await readNodes(run, line)).get(node.name)
          // Phase `ready` reports it.
          if (!here) return line(english('it is not in the cluster'))
          const kubectl = await steadyKubectl(run, line)
          const labels = labelWords(old?.labels, node.labels)
          if (labels.length > 0) await kubectl(['label', 'node', node.name, ...labels, '--overwrite'], { onLine: line })
          const taints = taintWords(old?.taints, node.taints, here.taints)
          if (taints.length > 0) await kubectl(['taint', 'node', node.name, ...taints, '--overwrite'], { onLine: line })
          await putMark(await connect(run, node.name), 'labels', markFor(node, here))
        },
      },
    ]
  })
}
