/** Checks addresses and ranges against each other. Pure. */
import type { Violation, IsGiven } from './violation.js'
import { hostAt, ipToNumber, numberToIp, overlaps, parseCidr } from './cidr.js'
import { freeEndpoint, isShared } from './build.js'
import type { Draft } from './draft.js'
import { english } from '../words/say.js'

/** slirp's own network: every node's first NIC has 10.0.2.15 there. */
const SLIRP = '10.0.2.0/24'

/** docker's own bridge, docker0, unless docker is configured otherwise; klab does not do that. */
const DOCKER = '172.17.0.0/16'

/** What is wrong with an address in the lab's network, if anything: it must be inside, and not the network's own. */
function misplaced(ip: string, cidr: string | undefined): string | undefined {
  const range = cidr === undefined ? undefined : parseCidr(cidr)
  const address = ipToNumber(ip)
  if (!range || address === undefined) return undefined
  if (address < range.first || address > range.last)
    return english('must be in network.cidr {cidr} ({range} to {last}), found {ip}', {
      cidr: cidr ?? '',
      range: hostAt(range, 2) ?? '',
      last: numberToIp(range.last - 1),
      ip,
    })
  if (address === range.first) return english('{ip} is the address of the network itself', { ip })
  if (address === range.last) return english('{ip} is the broadcast address of {cidr}', { ip, cidr: cidr ?? '' })
  if (address === range.first + 1)
    return english('{ip} is kept for the gateway: begin with {range}', { ip, range: hostAt(range, 2) ?? '' })
  return undefined
}

/** The address that control planes share: only with several, free, and in the lab's network. */
export function checkEndpoint({ nodes: listed, network, kubernetes }: Draft, given: IsGiven): Violation[] {
  if (!kubernetes || (listed === undefined && given(['nodes']))) return []
  const nodes = listed ?? []
  const path = ['kubernetes', 'apiEndpoint']
  const { apiEndpoint: ip } = kubernetes
  const addresses = nodes.map((n) => n?.ip)
  if (ip === undefined) {
    const { cidr } = network ?? {}
    if (
      !isShared(nodes) ||
      cidr === undefined ||
      freeEndpoint(
        cidr,
        addresses.flatMap((a) => a ?? []),
      )
    )
      return []
    return [
      {
        path: ['network', 'cidr'],
        message: english('has no free address for the control planes to share: take a larger one'),
      },
    ]
  }
  if (!isShared(nodes))
    return [
      {
        path,
        message: english('is for labs with three or five control planes: leave it out, or give more nodes that role'),
      },
    ]
  const twin = addresses.indexOf(ip)
  const message =
    twin >= 0
      ? english('{ip} is the address of nodes[{twin}] too: take a free one', { ip, twin })
      : misplaced(ip, network?.cidr)
  return message === undefined ? [] : [{ path, message }]
}

/** Node addresses: different, inside the network, and not the network's own. */
export function checkAddresses({ nodes, network }: Draft): Violation[] {
  return (nodes ?? []).flatMap((node, i) => {
    const ip = node?.ip
    if (ip === undefined) return []
    const tell = (message: string): Violation[] => [{ path: ['nodes', i, 'ip'], message }]
    const twin = (nodes ?? []).findIndex((other) => other?.ip === ip)
    if (twin < i) return tell(english('{ip} is the address of nodes[{twin}] too: addresses must differ', { ip, twin }))
    const message = misplaced(ip, network?.cidr)
    return message === undefined ? [] : tell(message)
  })
}

/**
 * Node, pod and service ranges must not overlap, neither each other nor the ranges that a node has anyway. The error is
 * for the range that was written in the file.
 */
export function checkNetworks({ network, kubernetes }: Draft, given: IsGiven): Violation[] {
  const ranges = [
    { path: ['network', 'cidr'], name: 'network.cidr', cidr: network?.cidr },
    ...(kubernetes
      ? [
          { path: ['kubernetes', 'podCidr'], name: 'kubernetes.podCidr', cidr: kubernetes.podCidr },
          { path: ['kubernetes', 'serviceCidr'], name: 'kubernetes.serviceCidr', cidr: kubernetes.serviceCidr },
        ]
      : []),
  ].flatMap(({ cidr, ...rest }) => {
    const range = cidr === undefined ? undefined : parseCidr(cidr)
    return range && cidr !== undefined ? [{ ...rest, cidr, range }] : []
  })
  const docker = kubernetes && kubernetes.runtime !== 'containerd'
  const own = [
    // In NAT mode no node has a card on slirp.
    ...(network?.mode === 'nat' ? [] : [{ cidr: SLIRP, of: english("every node's first network card uses") }]),
    ...(docker ? [{ cidr: DOCKER, of: english("docker's own bridge uses on every node") }] : []),
  ]
  return ranges.flatMap((one, i) => {
    const clashes = ranges.slice(0, i).filter((other) => overlaps(one.range, other.range))
    const findings = clashes.map((other) => {
      const [blamed, kept] = given(one.path) || !given(other.path) ? [one, other] : [other, one]
      return {
        path: blamed.path,
        message: given(kept.path)
          ? english('{cidr} overlaps {name} {other}', { cidr: blamed.cidr, name: kept.name, other: kept.cidr })
          : english('{cidr} overlaps {name} {other} (the default)', {
              ...{ cidr: blamed.cidr, name: kept.name, other: kept.cidr },
            }),
      }
    })
    for (const { cidr, of } of own) {
      const range = parseCidr(cidr)
      if (range && overlaps(one.range, range))
        findings.push({
          path: one.path,
          message: english('{cidr} overlaps {other}, which {of}', { cidr: one.cidr, other: cidr, of }),
        })
    }
    return findings
  })
}

/**
 * NAT mode needs rights that only the system's libvirt has. `auto` is decided on the host (`up`, `plan` and `doctor`
 * report it there).
 */
export const checkMode = ({ network, hypervisor }: Draft): Violation[] =>
  network?.mode === 'nat' && hypervisor?.uri === 'qemu:///session'
    ? [
        {
          path: ['network', 'mode'],
          message:
            "nat needs hypervisor.uri qemu:///system: an ordinary user's libvirt (qemu:///session) " +
            'may make no bridge and no firewall rules',
        },
      ]
    : []

/** Forwarded ports: each of the host leads to one node. In NAT mode the host reaches the nodes themselves. */
export function checkPorts({ nodes, network }: Draft): Violation[] {
  const seen = new Map<number, string>()
  return (nodes ?? []).flatMap((node, i) =>
    (node?.ports ?? []).flatMap((port, j): Violation[] => {
      const path = ['nodes', i, 'ports', j]
      const host = port?.hostPort
      if (host === undefined) return []
      if (network?.mode === 'nat')
        return j > 0
          ? []
          : [
              {
                path: path.slice(0, -1),
                message: english('has no meaning with network.mode nat: the host reaches the nodes at their addresses'),
              },
            ]
      const other = seen.get(host)
      seen.set(host, `nodes[${i}].ports[${j}]`)
      return other === undefined
        ? []
        : [{ path, message: english('port {host} is in {other} too: take another one', { host, other }) }]
    }),
  )
}
