/** `klab graph`: what a lab is made of, and its snapshots. */
import { apiNodes, sharedEndpoint } from '../cluster/topology.js'
import type { Lab } from '../labfile/model.js'
import { cniName, cniTitle } from '../network/cni-manifest.js'
import type { LabGraph } from '../picture/types.js'
import { isRam, listManifests } from '../snapshot/manifest.js'
import { inTreeOrder } from '../snapshot/tree.js'
import { labPaths, roots } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import type { LabContext } from './context.js'
import { findLab, readLab } from './open.js'

/**
 * From the lab's own files; libvirt is not asked. A lab that was never up is as its Labfile says. Throws UsageError (no
 * Labfile), LabfileError, CorruptError (a snapshot).
 */
export async function graphOf(c: LabContext): Promise<LabGraph> {
  const { env } = c.doors
  const { record } = await findLab(env, c.file)
  const lab = record?.lab ?? (await readLab(env, c.file)).lab
  return {
    lab: lab.name,
    up: record !== undefined,
    network: lab.network,
    nodes: lab.nodes.map((n) => ({
      name: n.name,
      role: lab.kubernetes ? n.role : null,
      ip: n.ip,
      ...portsOf(record, lab, n.name),
    })),
    cluster: clusterOf(lab),
    snapshots: record ? await snapshotsOf(c, record) : [],
  }
}

/** Ports of 127.0.0.1. In NAT mode the host reaches the nodes at their own addresses. */
function portsOf(record: LabRecord | undefined, lab: Lab, node: string) {
  const ports = lab.network.mode === 'user' ? record?.ports[node] : undefined
  const api = apiNodes(lab).includes(node) ? ports?.api : undefined
  return { sshPort: ports?.ssh ?? null, apiPort: api ?? null }
}

function clusterOf(lab: Lab): LabGraph['cluster'] {
  const k = lab.kubernetes
  if (!k) return null
  return {
    version: k.version,
    runtime: k.runtime,
    // Not the whole path of a file of the user: pictures are shown to others.
    podNetwork: cniName(k.cni) === 'manifest' ? 'from a manifest' : cniTitle(k.cni),
    podCidr: k.podCidr,
    serviceCidr: k.serviceCidr,
    endpoint: sharedEndpoint(lab),
    addons: k.addons ?? [],
  }
}

async function snapshotsOf(c: LabContext, record: LabRecord): Promise<LabGraph['snapshots']> {
  const all = await listManifests(labPaths(roots(c.doors.env), record.id))
  const known = new Set(all.map((m) => m.id))
  return inTreeOrder(all, record.snapshot ?? null).map((m) => ({
    id: m.id,
    name: m.name,
    message: m.message,
    // At the root of the tree: its parent is gone, or would be its own ancestor.
    parent: m.depth > 0 && m.parent !== null && known.has(m.parent) ? m.parent : null,
    createdAt: m.createdAt,
    running: isRam(m),
    current: m.current,
  }))
}
