/**
 * Where a lab's nodes answer. Only this file knows what the network mode means for reaching them. `user`: forwarded
 * ports on 127.0.0.1; `nat`: the nodes' own addresses, and no ports of the host. On the path of `status`: pure and
 * small.
 */
import { StateError } from '../errors.js'
import type { Lab, PortForward } from '../labfile/model.js'
import { english } from '../words/say.js'
import type { LabRecord, NodePorts } from './record.js'

/** Where something listens, as the host reaches it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** In the guests: sshd, and kube-apiserver (kubeadm's default bindPort). */
export const API_PORT = 6443
const GUEST_PORT = { ssh: 22, api: API_PORT } as const
type Service = keyof typeof GUEST_PORT
export const LOOPBACK = '127.0.0.1'

const isForwarded = (lab: Pick<Lab, 'network'>): boolean => lab.network.mode === 'user'

/** How people reach the nodes, for a title. */
export const accessTitle = (lab: Pick<Lab, 'network'>): string =>
  isForwarded(lab) ? english('ports on 127.0.0.1') : english('the nodes’ own addresses')

/**
 * How many ports of the host a lab needs: one for SSH of each node, one for each API server. `apiNodes`: names of the
 * nodes that run one (cluster/topology.ts).
 */
export const portCount = (lab: Lab, apiNodes: readonly string[]): number =>
  isForwarded(lab) ? lab.nodes.length + apiNodes.length : 0

/** A new lab's ports, from as many free ones as portCount says. */
export function assignPorts(
  lab: Lab,
  apiNodes: readonly string[],
  free: readonly number[],
): Readonly<Record<string, NodePorts>> {
  if (!isForwarded(lab)) return {}
  const api = new Map(apiNodes.map((name, i) => [name, free[lab.nodes.length + i] ?? 0]))
  return Object.fromEntries(
    lab.nodes.map((n, i) => {
      const port = api.get(n.name)
      return [n.name, { ssh: free[i] ?? 0, ...(port === undefined ? {} : { api: port }) }]
    }),
  )
}

/** The forwarded ports of a node. Throws StateError if the record has none. */
export function portsOf(record: LabRecord, node: string): NodePorts {
  const ports = record.ports[node]
  if (!ports)
    throw new StateError(english('{node}: no ports are recorded for this node', { node }), { hint: 'klab up' })
  return ports
}

/**
 * What klab itself forwards to a node: SSH, and the API server if one runs there; nothing in NAT mode. Throws
 * StateError.
 */
export function ownForwards(record: LabRecord, node: string): readonly PortForward[] {
  if (!isForwarded(record.lab)) return []
  const { ssh, api } = portsOf(record, node)
  return [
    { hostPort: ssh, guestPort: GUEST_PORT.ssh },
    ...(api === undefined ? [] : [{ hostPort: api, guestPort: GUEST_PORT.api }]),
  ]
}

/** What the Labfile forwards to a node; nothing in NAT mode. */
export const namedForwards = ({ lab }: Pick<LabRecord, 'lab'>, node: string): readonly PortForward[] =>
  isForwarded(lab) ? (lab.nodes.find((n) => n.name === node)?.ports ?? []) : []

/** All that the host forwards to a node. Throws StateError. */
export const forwardsOf = (record: LabRecord, node: string): readonly PortForward[] => [
  ...ownForwards(record, node),
  ...namedForwards(record, node),
]

/** Where the host reaches a node's service; undefined if the record has no port for it. */
export function endpointOf(record: LabRecord, name: string, service: Service): Endpoint | undefined {
  if (!isForwarded(record.lab)) {
    const node = record.lab.nodes.find((n) => n.name === name)
    return node && { host: node.ip, port: GUEST_PORT[service] }
  }
  const port = record.ports[name]?.[service]
  return port === undefined ? undefined : { host: LOOPBACK, port }
}

/** Where the host reaches a node's sshd; undefined if the record has no port for it. */
export const sshEndpoint = (record: LabRecord, node: string): Endpoint | undefined => endpointOf(record, node, 'ssh')
