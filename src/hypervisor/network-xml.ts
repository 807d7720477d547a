/**
 * A lab's network as libvirt network XML, and what libvirt says about all networks. Pure; docs:
 * libvirt.org/formatnetwork.html.
 */
import { isIPv4 } from 'node:net'
import { XMLParser } from 'fast-xml-parser'
import { list, readXml, record, textOf } from './read-xml.js'
import { checkNetwork, networkDigest } from './spec.js'
import { toXml } from './to-xml.js'
import type { Network, NetworkSpec } from './types.js'

/** klab's mark is a TXT record of the network's own DNS server: libvirt 9.0 silently drops a network's <metadata>. */
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
      // One bridge has no loops. The delay would slow down every boot.
      bridge: { '@name': spec.bridge, '@stp': 'off', '@delay': 0 },
      dns: { txt: { '@name': MARK, '@value': `lab=${spec.labId} digest=${networkDigest(spec)}` } },
      ip: {
        '@address': spec.address,
        '@prefix': spec.prefix,
        dhcp: {
          // No range: a client without a fixed lease gets none. 0: for ever.
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

/** Output of one or several `net-dumpxml`; `active`: UUIDs of those that run. Throws HostError. */
export function parseNetworks(text: string, active: ReadonlySet<string>): Network[] {
  const { network } = record(record(readXml(parser, `<all>${text}</all>`))['all'])
  return list(network)
    .map(record)
    .flatMap((n) => {
      const [name, uuid, bridge] = [textOf(n['name']), textOf(n['uuid']), textOf(record(n['bridge'])['@name'])]
      if (name === '' || uuid === '') return []
      const marks = list(record(n['dns'])['txt']).map(record)
      const mark = textOf(marks.find((t) => t['@name'] === MARK)?.['@value'])
      const [, labId, specDigest] = /^lab=(\S+) digest=([0-9a-f]{64})$/.exec(mark) ?? []
      return {
        name,
        uuid,
        active: active.has(uuid),
        bridge: bridge === '' ? undefined : bridge,
        ranges: list(n['ip']).map(record).flatMap(range),
        mark: labId !== undefined && specDigest !== undefined ? { labId, specDigest } : undefined,
      }
    })
}

/**
 * An IPv4 `<ip>` as a range in CIDR form, with the address's host bits (the reader masks them). libvirt returns a
 * prefix or a netmask, whichever it was given.
 */
function range(ip: Readonly<Record<string, unknown>>): string[] {
  const address = textOf(ip['@address'])
  if ((textOf(ip['@family']) || 'ipv4') !== 'ipv4' || !isIPv4(address)) return []
  const netmask = textOf(ip['@netmask'])
  const bits = isIPv4(netmask)
    ? netmask
        .split('.')
        .map((part) => Number(part).toString(2).replaceAll('0', '').length)
        .reduce((a, b) => a + b, 0)
    : 24
  const prefix = textOf(ip['@prefix']) || String(bits)
  return /^(\d|[12]\d|3[0-2])$/.test(prefix) ? [`${address}/${prefix}`] : []
}
