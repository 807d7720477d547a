/** The network of a guest as cloud-init's network-config, version 2. Pure. */
import ipaddr from 'ipaddr.js'
import type { SeedInput } from './types.js'

/**
 * slirp's addresses (QEMU manual, "Network emulation", `-netdev user`): the same on every machine; nobody else sees
 * them.
 */
export const SLIRP = { guest: '10.0.2.15', gateway: '10.0.2.2', dns: '10.0.2.3' }
const ANYWHERE = '0.0.0.0/0'

/**
 * Plain data for network-config: `mgmt0` on slirp, `lab0` on the lab's own segment, both static (DHCP costs seconds; on
 * a libvirt network the lease says the same).
 */
export function networkConfig(input: Pick<SeedInput, 'mgmtMac' | 'labNic' | 'hosts' | 'internet'>): object {
  const { labNic, mgmtMac, internet } = input
  const mgmt0 = mgmtMac !== undefined && {
    ...card('mgmt0', mgmtMac, `${SLIRP.guest}/24`),
    nameservers: { addresses: [SLIRP.dns] },
    ...(internet && { routes: [{ to: ANYWHERE, via: SLIRP.gateway }] }),
  }
  if (!labNic) return { version: 2, ethernets: { ...(mgmt0 && { mgmt0 }) } }
  const prefix = labNic.cidr.split('/')[1] ?? '24'
  const { gateway } = labNic
  const lab0 = {
    ...card('lab0', labNic.mac, `${labNic.ip}/${prefix}`),
    // Without a default route the kernel refuses a service address before kube-proxy's rules see the packet. Nothing
    // answers there.
    ...(!internet &&
      !gateway && {
        routes: [{ to: ANYWHERE, via: unusedAddress(labNic.cidr, [labNic.ip, ...input.hosts.map((h) => h.ip)]) }],
      }),
    // Isolated or not, the host refuses at once what it does not forward.
    ...(gateway !== undefined && { nameservers: { addresses: [gateway] }, routes: [{ to: ANYWHERE, via: gateway }] }),
  }
  return { version: 2, ethernets: { ...(mgmt0 && { mgmt0 }), lab0 } }
}

/**
 * There is no `dhcp4: false`: that is the default, and cloud-init 18.5 (CentOS 7) reads the key as `true`, whatever its
 * value. slirp's router advertisements would add an IPv6 default route that leads nowhere.
 */
const card = (name: string, mac: string, address: string) => ({
  match: { macaddress: mac },
  'set-name': name,
  'accept-ra': false,
  addresses: [address],
})

/** The first free address of the network; the last one if all are taken. */
function unusedAddress(cidr: string, taken: readonly string[]): string {
  const [network, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const base = ipaddr.IPv4.networkAddressFromCIDR(cidr)
    .toByteArray()
    .reduce((n, byte) => n * 256 + byte, 0)
  const size = 2 ** (32 - prefix)
  for (let i = 1; i < size - 1; i++) {
    const address = dotted(base + i)
    if (!taken.includes(address)) return address
  }
  return network.toString()
}

const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.')
