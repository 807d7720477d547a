/** From lab and node to machine: names, addresses, disks, boot. */
import { macAddress } from '../cloudinit/mac.js'
import type { GuestAddress } from '../guest/types.js'
import { readText } from '../host/files.js'
import type { BootSpec, DiskSpec, HostForward, MachineSpec } from '../hypervisor/types.js'
import { StateError } from '../errors.js'
import type { NodeSpec } from '../labfile/model.js'
import type { LabPaths } from '../store/paths.js'
import { diskOf, identityOf, type LabRecord } from '../store/record.js'
import { domainName, machineUuid } from './names.js'
import type { LabRun } from './world.js'

/** The ports of a node on 127.0.0.1. Throws StateError when the record has none. */
export function portsOf(record: LabRecord, node: string): { ssh: number; api?: number } {
  const ports = record.ports[node]
  if (!ports) throw new StateError(`${node}: no ports are recorded for this node`, { hint: 'klab up' })
  return ports
}

/** What the host forwards to a node: SSH, and the API server on the control plane. */
export function forwardsOf(record: LabRecord, node: string): readonly HostForward[] {
  const { ssh, api } = portsOf(record, node)
  return [{ hostPort: ssh, guestPort: 22 }, ...(api === undefined ? [] : [{ hostPort: api, guestPort: 6443 }])]
}

/** The control plane of a lab with a cluster. */
export const controlPlane = (nodes: readonly NodeSpec[]): NodeSpec | undefined => nodes.find((n) => n.role === 'control-plane')

/** The machine of one node. */
export function machineSpec(
  run: Pick<LabRun, 'id' | 'lab' | 'paths' | 'record' | 'accel'>,
  node: NodeSpec,
  boot: BootSpec,
  bundleIso: string | undefined,
  l2Socket: string,
): MachineSpec {
  const paths = run.paths.node(node.name)
  const forwards = forwardsOf(run.record, node.name)
  const disks: DiskSpec[] = [
    { path: diskOf(run.record, run.paths, node.name), format: 'qcow2', target: 'vda', readonly: false },
    { path: paths.seed, format: 'raw', target: 'vdb', readonly: true },
  ]
  if (bundleIso !== undefined) disks.push({ path: bundleIso, format: 'raw', target: 'vdc', readonly: true })
  return {
    name: domainName(run.id, node.name),
    uuid: machineUuid(run.id, node.name),
    labId: run.id,
    node: node.name,
    accel: run.accel,
    cpus: node.cpus,
    memoryMiB: node.memoryMiB,
    boot,
    disks,
    consoleLog: paths.console,
    mgmt: { mac: macAddress(identityOf(run.record), node.name, 'mgmt'), forwards, internet: run.lab.network.internet },
    l2: { mac: macAddress(identityOf(run.record), node.name, 'lab'), socketDir: l2Socket },
  }
}

/** Where and how to reach a node over SSH. Throws StateError when the lab's keys are missing. */
export async function guestAddress(paths: LabPaths, record: LabRecord, node: string): Promise<GuestAddress> {
  const [privateKey, hostKey] = await Promise.all([readText(paths.key), readText(`${paths.node(node).hostKey}.pub`)])
  if (privateKey === undefined || hostKey === undefined)
    throw new StateError(`${node}: the lab's SSH keys are missing`, { hint: 'klab destroy, then klab up' })
  return {
    node,
    host: '127.0.0.1',
    port: portsOf(record, node).ssh,
    user: record.lab.os.user,
    privateKey,
    hostKey: hostKey.trim().split(' ').slice(0, 2).join(' '),
  }
}
