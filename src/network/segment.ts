/**
 * The lab's own network. Among the phases, the two kinds differ only here and in state/endpoints.ts (how a node is
 * reached).
 */
import { macAddress } from '../cloudinit/mac.js'
import type { SeedInput } from '../cloudinit/types.js'
import type { NetworkSpec, Nics } from '../hypervisor/types.js'
import { hostAt, parseCidr } from '../labfile/cidr.js'
import type { Lab, NodeSpec } from '../labfile/model.js'
import { forwardsOf } from '../state/endpoints.js'
import { identityOf } from '../state/record.js'
import { bridgeName, networkName, networkUuid } from '../node/names.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** A lab with its record, as `up` and the snapshot verbs hold it. */
type RecordedLab = Pick<LabRun, 'world' | 'paths' | 'record'>

export interface Segment {
  /** For the step that makes it. */
  readonly id: string
  readonly title: string
  running(): Promise<boolean>
  /**
   * Makes it unless it exists; then returns the cards of a node's machine. Throws HostError, StateError, CommandError.
   */
  ensure(): Promise<(node: string) => Nics>
  /** What the guest is told about its cards. */
  seed(node: NodeSpec): Pick<SeedInput, 'mgmtMac' | 'labNic' | 'internet'>
}

/** The lab's network, of the kind in its Labfile. */
export const segmentOf = (lab: RecordedLab): Segment => SEGMENTS[lab.record.lab.network.mode](lab)

const SEGMENTS: Readonly<Record<Lab['network']['mode'], (lab: RecordedLab) => Segment>> = {
  user: vdeSegment,
  nat: natSegment,
}

/** A switch that only QEMU's user can reach, and slirp for the way in and out. */
function vdeSegment(lab: RecordedLab): Segment {
  const { world, paths } = lab
  const wanted = lab.record.lab
  const id = identityOf(lab.record)
  const { cidr, internet } = wanted.network
  const [mgmt, own] = [(node: string) => macAddress(id, node, 'mgmt'), (node: string) => macAddress(id, node, 'lab')]
  return {
    id: 'network/l2',
    title: english('L2 segment {cidr}', { cidr }),
    running: () => world.l2.running(paths.run),
    ensure: async () => {
      const { socketDir } = await world.l2.ensure(paths.run)
      return (node) => ({
        mgmt: { mac: mgmt(node), forwards: forwardsOf(lab.record, node), internet },
        l2: { mac: own(node), socketDir },
      })
    },
    seed: (node) => ({ mgmtMac: mgmt(node.name), labNic: { mac: own(node.name), ip: node.ip, cidr }, internet }),
  }
}

/** A libvirt network. The host is in it with the first address. */
function natSegment({ world, record }: RecordedLab): Segment {
  const { lab } = record
  const { cidr, internet } = lab.network
  const spec = networkSpec(record.id, lab, identityOf(record))
  const mac = (node: string): string => macAddress(identityOf(record), node, 'lab')
  return {
    id: 'network/nat',
    title: internet
      ? english('libvirt network {name}, {cidr}', { name: spec.name, cidr })
      : english('libvirt network {name}, {cidr}, isolated', { name: spec.name, cidr }),
    running: async () => (await world.hypervisor.networks()).some((n) => n.uuid === spec.uuid && n.active),
    ensure: async () => {
      await world.hypervisor.ensureNetwork(spec)
      return (node) => ({ net: { mac: mac(node), network: spec.name } })
    },
    seed: (node) => ({ labNic: { mac: mac(node.name), ip: node.ip, cidr, gateway: spec.address }, internet }),
  }
}

/** The libvirt network of a lab in NAT mode. `identity`: the id from which the addresses of its cards are made. */
export function networkSpec(id: string, lab: Lab, identity = id): NetworkSpec {
  const range = parseCidr(lab.network.cidr)
  const address = range && hostAt(range, 1)
  if (!range || address === undefined) throw new TypeError(`not a range: ${lab.network.cidr}`)
  return {
    name: networkName(id),
    uuid: networkUuid(id),
    labId: id,
    bridge: bridgeName(id),
    address,
    prefix: range.prefix,
    internet: lab.network.internet,
    leases: lab.nodes.map((n) => ({ mac: macAddress(identity, n.name, 'lab'), ip: n.ip, node: n.name })),
  }
}
