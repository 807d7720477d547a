/**
 * Which node does what in a lab's cluster. Other code asks here; it never looks at roles or counts nodes itself. On the
 * path of `status`: pure and small.
 */
import type { Lab, NodeSpec } from '../labfile/model.js'
import { API_PORT } from '../state/endpoints.js'

/** Where the guests reach the API server, in the lab's network. (For the host: node/api-server.ts.) */
export interface ClusterEndpoint {
  readonly host: string
  readonly port: number
}

export interface Topology {
  /** The control plane that runs `kubeadm init`. The lab's kubeconfig comes from it. */
  readonly first: NodeSpec
  /** The control planes that join it. Today a Labfile has none (labfile/check.ts). */
  readonly others: readonly NodeSpec[]
  /** `first`, then `others`. Each runs an API server. */
  readonly controlPlanes: readonly NodeSpec[]
  readonly workers: readonly NodeSpec[]
  /** The address that nodes join, and that the kubeconfigs in the guests name. */
  readonly endpoint: ClusterEndpoint
}

/** The topology of a lab; undefined if it has no cluster (plain VMs). Nodes are in the Labfile's order. */
export function topologyOf({ kubernetes, nodes }: Pick<Lab, 'kubernetes' | 'nodes'>): Topology | undefined {
  if (!kubernetes) return undefined
  const controlPlanes = nodes.filter((n) => n.role === 'control-plane')
  const [first, ...others] = controlPlanes
  if (!first) return undefined
  return {
    first,
    others,
    controlPlanes,
    workers: nodes.filter((n) => n.role === 'worker'),
    endpoint: { host: first.ip, port: API_PORT },
  }
}

/** Names of the nodes that run an API server; none without a cluster. */
export const apiNodes = (lab: Pick<Lab, 'kubernetes' | 'nodes'>): readonly string[] =>
  topologyOf(lab)?.controlPlanes.map((n) => n.name) ?? []

/** The endpoint as kubeadm writes it: `HOST:PORT`. */
export const hostPort = ({ host, port }: ClusterEndpoint): string => `${host}:${port}`
