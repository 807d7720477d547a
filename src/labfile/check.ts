/** Rules that need more than one field. Pure; also works on the readable part of a faulty file. */
import { DEFAULT_NODE_COUNT, defaultNodes, fillRoles } from './build.js'
import { checkNetworks, checkAddresses, checkEndpoint, checkMode, checkPorts } from './check-network.js'
import { checkVersions } from './check-versions.js'
import { checkPackages } from './check-packages.js'
import { checkOffline } from './check-offline.js'
import type { Draft } from './draft.js'
import type { Violation, IsGiven } from './violation.js'
import { english } from '../words/say.js'

/** kubeadm wants 1700 MB on a control plane. The guest's kernel keeps some of the VM's memory. */
const MIN_MEMORY = { 'control-plane': 2048, worker: 1024 } as const
/** What the built Debian image needs to boot and run cloud-init. */
const MIN_MEMORY_PLAIN = 256
/** Room for the node image, the runtime's layers and etcd. */
const MIN_DISK = 10
const MIN_DISK_PLAIN = 2
/** kubeadm's preflight NumCPU. */
const MIN_CPUS = 2

/**
 * All problems between fields. `given` says whether the file itself has a field, so that the error is for what was
 * written.
 */
export function checkRules(draft: Draft, given: IsGiven): Violation[] {
  return [
    ...checkNodes(draft, given),
    ...checkRoles(draft),
    ...checkAddresses(draft),
    ...checkEndpoint(draft, given),
    ...checkNetworks(draft, given),
    ...checkMode(draft),
    ...checkPorts(draft),
    ...checkKubernetes(draft, given),
    ...checkVersions(draft),
    ...checkPackages(draft),
    ...checkOffline(draft),
  ]
}

function checkNodes({ nodes, network, kubernetes }: Draft, given: IsGiven): Violation[] {
  if (nodes === undefined) {
    const cidr = network?.cidr
    if (given(['nodes']) || cidr === undefined || defaultNodes(cidr)) return []
    return [
      {
        path: ['network', 'cidr'],
        message: english('has no room for the default nodes (hosts 61 to 64): take a /25 or larger, or list the nodes'),
      },
    ]
  }
  const roles = fillRoles(nodes)
  return nodes.flatMap((node, i) => {
    const findings: Violation[] = []
    const tell = (field: string, message: string) => findings.push({ path: ['nodes', i, field], message })
    const twin = nodes.findIndex((other) => other?.name !== undefined && other.name === node?.name)
    if (twin >= 0 && twin < i)
      tell(
        'name',
        english('{name} is the name of nodes[{twin}] too: names must differ', { name: node?.name ?? '', twin }),
      )
    if (kubernetes === undefined) return findings
    for (const field of ['labels', 'taints'] as const)
      if (kubernetes === false && node?.[field] !== undefined)
        tell(field, english('has no meaning without a cluster: leave it out'))
    const role = roles[i] ?? 'worker'
    const what = kubernetes === false ? english('a plain VM') : english('a Kubernetes {role}', { role })
    const minMemory = kubernetes === false ? MIN_MEMORY_PLAIN : MIN_MEMORY[role]
    const minDisk = kubernetes === false ? MIN_DISK_PLAIN : MIN_DISK
    if (node?.memory !== undefined && node.memory < minMemory)
      tell(
        'memory',
        english('must be at least {minMemory}MiB for {what}, found {memory}MiB', {
          minMemory,
          what,
          memory: node.memory,
        }),
      )
    if (node?.disk !== undefined && node.disk < minDisk)
      tell(
        'disk',
        english('must be at least {minDisk}GiB for {what}, found {disk}GiB', { minDisk, what, disk: node.disk }),
      )
    if (kubernetes !== false && role === 'control-plane' && node?.cpus !== undefined && node.cpus < MIN_CPUS)
      tell(
        'cpus',
        english('must be at least {minCpus} for {what} (kubeadm refuses less), found {cpus}', {
          minCpus: MIN_CPUS,
          what,
          cpus: node.cpus,
        }),
      )
    return findings
  })
}

/** etcd decides by majority (etcd.io, FAQ: "Why an odd number of cluster members?"); seven gain nothing in a lab. */
const MEMBERS = [1, 3, 5]

/** One, three or five control planes where there is a cluster; plain VMs may have any roles. */
function checkRoles({ nodes, kubernetes }: Draft): Violation[] {
  if (!kubernetes || nodes === undefined) return []
  const members = fillRoles(nodes).flatMap((role, i) => (role === 'control-plane' ? [i] : []))
  const last = members.at(-1)
  if (last === undefined)
    return nodes.length === 0
      ? []
      : [{ path: ['nodes'], message: english('has no control plane: give one node the role control-plane') }]
  if (MEMBERS.includes(members.length)) return []
  const lost = Math.floor((members.length - 1) / 2)
  return [
    {
      path: ['nodes', last, 'role'],
      message:
        `makes ${members.length} control planes: one, three or five are possible. etcd needs more than half of them, ` +
        `so ${members.length} bear the loss of ${lost === 0 ? 'none' : lost}; ` +
        'make it a worker, or give another node this role',
    },
  ]
}

function checkKubernetes({ kubernetes, os, nodes }: Draft, given: IsGiven): Violation[] {
  if (!kubernetes) return []
  const { proxyMode } = kubernetes
  const findings: Violation[] = []
  const tell = (field: string, message: string) => findings.push({ path: ['kubernetes', field], message })
  if (proxyMode === 'ipvs' && os?.ipvs === false)
    tell('proxyMode', english('must be iptables while os.ipvs is false, found ipvs'))
  const prefix = Number(kubernetes.podCidr?.split('/')[1] ?? Number.NaN)
  const room = 2 ** (24 - prefix)
  const count = nodes?.length ?? (given(['nodes']) ? 0 : DEFAULT_NODE_COUNT)
  if (room < count)
    tell(
      'podCidr',
      `has only ${room} of the /24 ranges that each node gets one of, and there are ${count} nodes: ` +
        'take a larger range',
    )
  return findings
}
