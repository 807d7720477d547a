/**
 * Where a lab's nodes answer: the one place that knows what the network mode means for whoever wants to reach them.
 * `user`: forwarded ports on 127.0.0.1; `nat`: the nodes' own addresses, and no ports of the host at all. On the path
 * of `status`: pure and small.
 */
import { StateError } from '../errors.js'
import type { Lab } from '../labfile/model.js'
import type { LabRecord, NodePorts } from './record.js'

/** Where something listens, as the host reaches it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** In the guests: sshd, and kube-apiserver (kubeadm's default bindPort). */
const GUEST_PORT = { ssh: 22, api: 6443 } as const
type Service = keyof typeof GUEST_PORT
const LOOPBACK = '127.0.0.1'

const isForwarded = (lab: Pick<Lab, 'network'>): boolean => lab.network.mode === 'user'

/** How people come to the nodes, for a title. */
export const wayIn = (lab: Pick<Lab, 'network'>): string =>
  isForwarded(lab) ? 'ports on 127.0.0.1' : 'the nodes’ own addresses'

/** How many ports of the host a lab takes: SSH of each node, and the API server. */
export const portCount = (lab: Lab): number => (isForwarded(lab) ? lab.nodes.length + 1 : 0)

/** The control plane of a lab with a cluster. */
const apiNode = (lab: Lab): Lab['nodes'][number] | undefined =>
  lab.kubernetes ? lab.nodes.find((n) => n.role === 'control-plane') : undefined

/** A new lab's ports, from as many free ones as portCount says. */
export function assignPorts(lab: Lab, free: readonly number[]): Readonly<Record<string, NodePorts>> {
  if (!isForwarded(lab)) return {}
  const api = apiNode(lab)
  return Object.fromEntries(
    lab.nodes.map((n, i) => [
      n.name,
      { ssh: free[i] ?? 0, ...(n === api ? { api: free[lab.nodes.length] ?? 0 } : {}) },
    ]),
  )
}

/** The forwarded ports of a node. Throws StateError when the record has none. */
export function portsOf(record: LabRecord, node: string): NodePorts {
  const ports = record.ports[node]
  if (!ports) throw new StateError(`${node}: no ports are recorded for this node`, { hint: 'klab up' })
  return ports
}

/**
 * What the host forwards to a node: SSH, and the API server on the control plane; nothing in NAT mode. Throws
 * StateError.
 */
export function forwardsOf(
  record: LabRecord,
  node: string,
): readonly { readonly hostPort: number; readonly guestPort: number }[] {
  if (!isForwarded(record.lab)) return []
  const { ssh, api } = portsOf(record, node)
  return [
    { hostPort: ssh, guestPort: GUEST_PORT.ssh },
    ...(api === undefined ? [] : [{ hostPort: api, guestPort: GUEST_PORT.api }]),
  ]
}

function endpoint(record: LabRecord, name: string, service: Service): Endpoint | undefined {
  if (!isForwarded(record.lab)) {
    const node = record.lab.nodes.find((n) => n.name === name)
    return node && { host: node.ip, port: GUEST_PORT[service] }
  }
  const port = record.ports[name]?.[service]
  return port === undefined ? undefined : { host: LOOPBACK, port }
}

/** Where a node's sshd answers; undefined when the record has no port for it. */
export const sshEndpoint = (record: LabRecord, node: string): Endpoint | undefined => endpoint(record, node, 'ssh')

/** Where the API server answers; undefined without a cluster. */
function apiEndpoint(record: LabRecord): Endpoint | undefined {
  const node = apiNode(record.lab)
  return node && endpoint(record, node.name, 'api')
}

/** The same as the `server` of a kubeconfig. */
export function apiServer(record: LabRecord): string | undefined {
  const at = apiEndpoint(record)
  return at && `https://${at.host}:${at.port}`
}

/**
 * What kubectl needs in its environment so that it does not ask a proxy for the API server (Go asks none for a loopback
 * address).
 */
export function directEnv(
  record: LabRecord,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const host = apiEndpoint(record)?.host
  if (host === undefined || host === LOOPBACK) return {}
  const known = env['NO_PROXY'] ?? env['no_proxy'] ?? ''
  return { NO_PROXY: known === '' ? host : `${known},${host}` }
}
