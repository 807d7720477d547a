/**
 * When a snapshot's cluster stops being trusted: kubeadm's certificates are made for a year (kubernetes.io,
 * "Certificate Management with kubeadm").
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostKubeconfig } from '../cluster/kubeconfig.js'
import { minorOf } from '../versions/kubernetes.js'
import { CorruptError } from '../errors.js'
import { readText, writeAtomic } from '../host/files.js'
import { topologyOf } from '../cluster/topology.js'
import { connectWithin } from '../node/connections.js'
import { apiServers } from '../node/api-server.js'
import type { LabPaths } from '../state/paths.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

/**
 * When the client certificate in a kubeconfig ends, ms since the epoch; undefined when there is none that can be read.
 */
export function certificateEnd(kubeconfig: string): number | undefined {
  const data = /client-certificate-data:\s*"?([A-Za-z0-9+/=]+)/.exec(kubeconfig)?.[1]
  if (data === undefined) return undefined
  try {
    return Date.parse(new X509Certificate(Buffer.from(data, 'base64')).validTo)
  } catch {
    return undefined
  }
}

/**
 * Whether the cluster's certificates have expired by `now` (ms since the epoch). Then nobody trusts its API server, and
 * the API server trusts nobody. False without a cluster.
 */
export async function certificatesEnded(paths: LabPaths, now: number): Promise<boolean> {
  const text = await readText(paths.kubeconfig)
  const end = text === undefined ? undefined : certificateEnd(text)
  return end !== undefined && end <= now
}

const LINE = /^(\S+) ([A-Za-z0-9+/=]+)$/gm

/**
 * Renews kubeadm's certificates and those of the kubelets in a running lab (kubernetes.io, "Certificate Management with
 * kubeadm"; "Troubleshooting kubeadm", kubelet client certificate rotation), and writes the kubeconfig again. The
 * guests' clocks must be right. `timeoutMs`: for each node. Throws CommandError, ProbeError, CorruptError.
 */
export async function renewCertificates(lab: LockedLab, timeoutMs: number): Promise<void> {
  const { world, record, paths } = lab
  const { kubernetes, nodes, name, os } = record.lab
  const topology = topologyOf(record.lab)
  const servers = apiServers(record)
  if (!kubernetes || !topology || servers.length === 0) return
  const { first, others } = topology
  const script = (file: string): Promise<string> => readFile(join(world.assets, 'cloud-init', 'renew', file), 'utf8')
  const options = { timeoutMs, signal: world.signal }
  const guest = await connectWithin(lab, first.name, timeoutMs)
  const args = [String(minorOf(kubernetes.version)), kubernetes.runtime, os.user]
  const renew = await script('control-plane.sh')
  // etcd's members talk to each other only when the certificates of all of them are valid.
  await Promise.all(others.map(async (n) => (await connectWithin(lab, n.name, timeoutMs)).sudo(renew, args, options)))
  const { stdout } = await guest.sudo(renew, [...args, ...nodes.map((n) => n.name)], options)
  const made = new Map([...stdout.matchAll(LINE)].map(([, key = '', value = '']) => [key, value]))
  const of = (key: string): string => {
    const value = made.get(key)
    if (value === undefined)
      throw new CorruptError(english('{node}: renewing certificates made none for {key}', { node: first.name, key }), {
        hint: english('docs/faults.md, “400 days”'),
      })
    return value
  }
  const admin = Buffer.from(of('admin.conf'), 'base64').toString()
  const kubelet = await script('kubelet.sh')
  await Promise.all(
    nodes.map(async (n) => {
      const own = await connectWithin(lab, n.name, timeoutMs)
      await own.put([{ path: '/run/klab-kubelet', content: of(n.name), mode: 0o600 }])
      await own.sudo(kubelet, [], options)
    }),
  )
  await writeAtomic(paths.kubeconfig, hostKubeconfig(admin, name, servers))
}
