/**
 * Which node does what in a lab's cluster. Other code asks here; it never looks at roles or counts nodes itself. On the
 * path of `status`: pure and small.
 */
import type { Lab, NodeSpec } from '../labfile/model.js'
import { API_PORT } from '../state/endpoints.js'

/**
 * The port of the shared address. The control planes' own API servers have 6443 (kubeadm, ha-considerations: "Options
 * for Software Load Balancing").
 */
const SHARED_PORT = 8443

/** Where the guests reach the API server, in the lab's network. (For the host: node/api-server.ts.) */
export interface ClusterEndpoint {
  readonly host: string
  readonly port: number
}

export interface Topology {
  /** The control plane that runs `kubeadm init`. The lab's kubeconfig comes from it. */
  readonly first: NodeSpec
  /** The control planes that join it. */
  readonly others: readonly NodeSpec[]
  /** `first`, then `others`. Each runs an API server. */
  readonly controlPlanes: readonly NodeSpec[]
  readonly workers: readonly NodeSpec[]
  /**
   * The address that nodes join, and that the kubeconfigs in the guests name. With several control planes one of them
   * has it at a time (cluster/load-balancer.ts).
   */
  readonly endpoint: ClusterEndpoint
  /** The same, if several control planes share it; undefined with one. */
  readonly shared: ClusterEndpoint | undefined
}

/** The topology of a lab; undefined if it has no cluster (plain VMs). Nodes are in the Labfile's order. */
export function topologyOf({ kubernetes, nodes }: Pick<Lab, 'kubernetes' | 'nodes'>): Topology | undefined {
  if (!kubernetes) return undefined
  const controlPlanes = nodes.filter((n) => n.role === 'control-plane')
  const [first, ...others] = controlPlanes
  if (!first) return undefined
  const { apiEndpoint } = kubernetes
  const shared = others.length > 0 && apiEndpoint !== undefined ? { host: apiEndpoint, port: SHARED_PORT } : undefined
  return {
    first,
    others,
    controlPlanes,
    workers: nodes.filter((n) => n.role === 'worker'),
    endpoint: shared ?? { host: first.ip, port: API_PORT },
    shared,
  }
}

/** Names of the nodes that run an API server; none without a cluster. */
export const apiNodes = (lab: Pick<Lab, 'kubernetes' | 'nodes'>): readonly string[] =>
  topologyOf(lab)?.controlPlanes.map((n) => n.name) ?? []

/** The endpoint as kubeadm writes it: `HOST:PORT`. */
export const hostPort = ({ host, port }: ClusterEndpoint): string => `${host}:${port}`

/** The address that several control planes share, `HOST:PORT`; null with one. */
export function sharedEndpoint(lab: Pick<Lab, 'kubernetes' | 'nodes'>): string | null {
  const shared = topologyOf(lab)?.shared
  return shared ? hostPort(shared) : null
}
