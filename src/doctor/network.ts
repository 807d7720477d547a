/** What the lab's network needs from the host. `doctor`, `plan` and `up` check it. */
import type { Hypervisor, Network } from '../hypervisor/types.js'
import { CommandError } from '../errors.js'
import { hostRoutes, type Route } from '../host/routes.js'
import type { HostExec } from '../host/types.js'
import { overlaps, parseCidr, type Cidr } from '../labfile/cidr.js'
import type { Lab } from '../labfile/model.js'
import { hostDistro, installCommand, type Distro } from '../host/distro.js'
import type { Check, Tool } from './check.js'
import { english } from '../words/say.js'

/** What the checks read from. */
export interface NetworkWorld {
  readonly hypervisor: Pick<Hypervisor, 'uri' | 'networks'>
  readonly host: Pick<HostExec, 'which'>
}

/** If QEMU has no vde (see vdeCheck), the switch is useless too. */
export const OTHER_NETWORK = english('set network.mode to nat in the Labfile, and run klab as root')
/** Tools of each kind of network. libvirt itself calls dnsmasq. */
export const NETWORK_TOOLS: Readonly<Record<Lab['network']['mode'], readonly Tool[]>> = {
  user: [['vde_switch', 'vde2', OTHER_NETWORK]],
  nat: [['dnsmasq', 'dnsmasq-base']],
}

const NAME = 'network'
const OTHER_RANGE = english('choose another network.cidr in the Labfile (and addresses of nodes in it)')

/**
 * No checks for user mode, which clashes with nothing on the host. `id`: the lab's, whose own network is no clash.
 * Throws HostError if libvirt can't be reached.
 */
export async function networkChecks(
  world: NetworkWorld,
  lab: Lab,
  o: {
    readonly id: string | undefined
    readonly distro?: Distro
    readonly routes?: () => Promise<readonly Route[]>
  },
): Promise<readonly Check[]> {
  if (lab.network.mode !== 'nat') return []
  const { uri } = world.hypervisor
  if (!uri.endsWith('/system'))
    return [
      {
        name: NAME,
        state: 'missing',
        found: english(
          'network.mode nat needs qemu:///system; this lab would use {uri}, which may make no bridge or firewall',
          { uri },
        ),
        fix: english('run klab as root; or set network.mode to user in the Labfile'),
      },
    ]
  const networks = await world.hypervisor.networks().catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error
    return error.failure.tail
  })
  if (typeof networks === 'string')
    return [
      {
        name: NAME,
        state: 'missing',
        found: english('libvirt has no network driver here: {why}', { why: networks }),
        fix: english(
          'sudo systemctl start virtnetworkd.socket, where libvirt has a daemon for each driver; then: {command}',
          { command: 'virsh -c qemu:///system net-list' },
        ),
      },
    ]
  return [
    await firewallCheck(world, o.distro ?? (await hostDistro())),
    rangeCheck(lab.network.cidr, o.id, networks, await (o.routes ?? hostRoutes)()),
  ]
}

/** libvirt calls iptables; from 10.4 on it calls nft if it is installed. */
async function firewallCheck({ host }: NetworkWorld, distro: Distro): Promise<Check> {
  const tool = (await host.which('iptables')) ?? (await host.which('nft'))
  return tool === undefined
    ? {
        name: 'firewall',
        state: 'missing',
        found: english('neither iptables nor nft'),
        fix: installCommand(distro, ['iptables']),
      }
    : { name: 'firewall', state: 'ok', found: tool }
}

/** Whether the range is free. Pure. */
export function rangeCheck(
  cidr: string,
  id: string | undefined,
  networks: readonly Network[],
  routes: readonly Route[],
): Check {
  const range = parseCidr(cidr)
  const meets = (other: string): boolean => {
    const it: Cidr | undefined = parseCidr(other)
    return range !== undefined && it !== undefined && overlaps(range, it)
  }
  const isOwn = (n: Network): boolean => id !== undefined && n.mark?.labId === id
  const rivals = networks.filter((n) => !isOwn(n) && n.ranges.some(meets))
  const taken = rivals.find((n) => n.active)
  if (taken) {
    const { name, bridge, mark } = taken
    const said = { cidr, name, ranges: taken.ranges.join(', ') }
    return {
      name: NAME,
      state: 'missing',
      found:
        bridge === undefined
          ? english('{cidr} overlaps the libvirt network {name} ({ranges})', said)
          : english('{cidr} overlaps the libvirt network {name} ({ranges} on {bridge})', { ...said, bridge }),
      fix: mark
        ? english(
            'klab destroy in the folder of lab {lab} (gone? virsh -c qemu:///system net-destroy {name}); or {other}',
            { lab: mark.labId, name, other: OTHER_RANGE },
          )
        : OTHER_RANGE,
    }
  }
  const bridges = networks.flatMap((n) => (isOwn(n) && n.bridge !== undefined ? [n.bridge] : []))
  const route = routes.find((r) => !bridges.includes(r.interface) && meets(r.cidr))
  if (route)
    return {
      name: NAME,
      state: 'missing',
      found: english('{cidr} overlaps the host’s route to {route} through {interface}', {
        cidr,
        route: route.cidr,
        interface: route.interface,
      }),
      fix: english('ip route show {route}; {other}', { route: route.cidr, other: OTHER_RANGE }),
    }
  const asleep = rivals[0]
  return asleep
    ? {
        name: NAME,
        state: 'warn',
        found: english(
          '{cidr} overlaps the libvirt network {name} ({ranges}), which is not active; the two cannot run side by side',
          { cidr, name: asleep.name, ranges: asleep.ranges.join(', ') },
        ),
      }
    : { name: NAME, state: 'ok', found: english('{cidr} is free on this host', { cidr }) }
}
