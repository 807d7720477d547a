/**
 * A lab's network as libvirt network XML, and what libvirt says of all networks. Pure; docs:
 * libvirt.org/formatnetwork.html.
 */
import { XMLParser } from 'fast-xml-parser'
import { checkNetwork, networkDigest } from './spec.js'
import { toXml } from './to-xml.js'
import type { Network, NetworkSpec } from './types.js'

/**
 * klab's mark is a TXT record of the network's own DNS server: libvirt 9.0 drops a network's <metadata> without a word.
 */
const MARK = 'klab'

/**
 * The network as XML. Without <forward> libvirt isolates it: guests and host see each other, and the host refuses to
 * forward. Throws StateError (checkNetwork).
 */
export function networkXml(spec: NetworkSpec): string {
  checkNetwork(spec)
  return toXml({
    network: {
      name: spec.name,
      uuid: spec.uuid,
      ...(spec.internet ? { forward: { '@mode': 'nat' } } : {}),
      // One bridge has no loops; the delay would hold up every boot.
      bridge: { '@name': spec.bridge, '@stp': 'off', '@delay': 0 },
      dns: { txt: { '@name': MARK, '@value': `lab=${spec.labId} digest=${networkDigest(spec)}` } },
      ip: {
        '@address': spec.address,
        '@prefix': spec.prefix,
        dhcp: {
          // No range: who has no lease here gets none. 0: for ever.
          host: spec.leases.map((l) => ({ '@mac': l.mac, '@name': l.node, '@ip': l.ip, lease: { '@expiry': 0 } })),
        },
      },
    },
  })
}

const parser = new XMLParser({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => ['network', 'ip', 'txt'].includes(name),
})

interface Parsed {
  readonly name?: string
  readonly uuid?: string
  readonly bridge?: { '@name'?: string }
  readonly dns?: { txt?: { '@name'?: string; '@value'?: string }[] } | ''
  readonly ip?: { '@family'?: string; '@address'?: string; '@prefix'?: string; '@netmask'?: string }[]
}

/** Output of one or several `net-dumpxml`; `active`: UUIDs of those that run. */
export function parseNetworks(text: string, active: ReadonlySet<string>): Network[] {
  const { all } = parser.parse(`<all>${text}</all>`) as { all: { network?: Parsed[] } | '' }
  return (all === '' ? [] : (all.network ?? [])).flatMap(({ name, uuid, bridge, dns, ip = [] }) => {
    if (name === undefined || uuid === undefined) return []
    const mark = (dns ? (dns.txt ?? []) : []).find((t) => t['@name'] === MARK)?.['@value']
    const [, labId, specDigest] = /^lab=(\S+) digest=([0-9a-f]{64})$/.exec(mark ?? '') ?? []
    return {
      name,
      uuid,
      active: active.has(uuid),
      bridge: bridge?.['@name'],
      ranges: ip.flatMap((i) => range(i)),
      mark: labId !== undefined && specDigest !== undefined ? { labId, specDigest } : undefined,
    }
  })
}

/**
 * An IPv4 `<ip>` as a range in CIDR form, with the address's host bits (who reads it masks them). libvirt writes back a
 * prefix or the netmask that it was given.
 */
function range(ip: NonNullable<Parsed['ip']>[number]): string[] {
  const { '@family': family = 'ipv4', '@address': address, '@prefix': prefix, '@netmask': netmask } = ip
  if (family !== 'ipv4' || address === undefined) return []
  const bits = netmask
    ?.split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length)
    .reduce((a, b) => a + b, 0)
  return [`${address}/${prefix ?? bits ?? 24}`]
}
