/**
 * Finds changes made with virsh that let others reach a machine, or let the machine reach more than klab allows. Only
 * changes that matter for safety: anybody may give a machine more memory with virsh. Pure.
 */
import { XMLParser } from 'fast-xml-parser'
import { FORM } from './foreign-form.js'
import { readXml } from './read-xml.js'
import type { Bounds } from './types.js'

type Element = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  parseTagValue: false,
  // Every element is a list, so that one and several are the same.
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
})

const all = (e: Element | undefined, tag: string): readonly Element[] => {
  const found = e?.[tag]
  return Array.isArray(found)
    ? found.map((x: unknown) => (typeof x === 'object' && x !== null ? (x as Element) : {}))
    : []
}
const attribute = (e: Element | undefined, name: string): string => {
  const value = e?.[`@${name}`]
  return typeof value === 'string' ? value : ''
}

/** Devices that klab's domains do not have at first, and that let nobody in. Some libvirts add them themselves. */
const HARMLESS = new Set(['emulator', 'video', 'panic', 'iommu', 'sound', 'tpm', 'crypto', 'memory'])

/** A device, as virsh's user would name it: `graphics vnc on 0.0.0.0`. */
function named(tag: string, e: Element): string {
  const at =
    attribute(e, 'listen') || attribute(all(e, 'listen')[0], 'address') || attribute(all(e, 'source')[0], 'host')
  return [tag, attribute(e, 'type'), at && `on ${at}`].filter(Boolean).join(' ')
}

function ofDevices(devices: Element | undefined, { network }: Bounds): readonly string[] {
  return Object.keys(devices ?? {})
    .filter((tag) => !tag.startsWith('@') && tag !== '#text')
    .flatMap((tag) =>
      all(devices, tag).flatMap((e) => {
        if (HARMLESS.has(tag)) return []
        if (tag === 'interface') {
          const own = network !== undefined && attribute(all(e, 'source')[0], 'network') === network
          return own ? [] : [named('a network card:', e)]
        }
        const rule = FORM[`devices/${tag}`]
        if (!rule) return [named(tag, e)]
        const type = rule.attributes?.['type']
        return type === undefined || type.test(attribute(e, 'type')) ? [] : [named(tag, e)]
      }),
    )
}

const FORWARD = /^hostfwd=(?:tcp|udp):(.*):(\d+)-[\d.]*:\d+$/
const CARD = /^virtio-net-pci,netdev=(mgmt|l2),id=\1nic,mac=[0-9a-f:]{17},bus=pcie\.0,addr=0x1[de],romfile=$/
const SWITCH = /^vde,id=l2,sock=[^,]+$/

/** The card with which the guest is reached over SSH. */
function ofUserCard(options: readonly string[], { internet }: Bounds): readonly string[] {
  return options.flatMap((option) => {
    if (option === 'user' || option === 'id=mgmt' || option === 'restrict=on') return []
    if (option === 'restrict=off')
      return internet ? [] : ['restrict=off: the guest reaches the internet and this host’s own services']
    const [, address, port] = FORWARD.exec(option) ?? []
    if (port === undefined) return [`the option ${option} of its card`]
    return address === '127.0.0.1' ? [] : [`port ${port} is open on ${address === '' ? '0.0.0.0' : (address ?? '')}`]
  })
}

function ofArguments(line: Element | undefined, bounds: Bounds): readonly string[] {
  const values = all(line, 'qemu:arg').map((a) => attribute(a, 'value'))
  const found = values.flatMap((value) => {
    const options = value.split(',')
    if (options[0] === 'user') return ofUserCard(options, bounds)
    const known = value === '-netdev' || value === '-device' || CARD.test(value) || SWITCH.test(value)
    return known ? [] : [`QEMU’s argument ${value}`]
  })
  const other = Object.keys(line ?? {}).filter((tag) => tag !== 'qemu:arg' && !tag.startsWith('@') && tag !== '#text')
  // Without the option, a guest on slirp reaches everything.
  const open = values.some((v) => v.startsWith('user,') && !/,restrict=(on|off)(,|$)/.test(v)) && !bounds.internet
  return [...found, ...other, ...(open ? ['a card without restrict=on'] : [])]
}

/**
 * Output of one or several `dumpxml` of klab's machines: domain UUID → what is open, in words. A domain without
 * openings has no entry. Throws HostError.
 */
export function parseOpenings(text: string, bounds: Bounds): ReadonlyMap<string, readonly string[]> {
  const domains = all(all(readXml(parser, `<all>${text}</all>`) as Element, 'all')[0], 'domain')
  const open = new Map<string, readonly string[]>()
  for (const domain of domains) {
    const uuids: unknown = domain['uuid']
    const [uuid] = Array.isArray(uuids) ? (uuids as unknown[]) : []
    if (typeof uuid !== 'string') continue
    const found = [
      ...all(domain, 'devices').flatMap((d) => ofDevices(d, bounds)),
      ...all(domain, 'qemu:commandline').flatMap((line) => ofArguments(line, bounds)),
    ]
    // The present definition and that of the next start. They are usually the same.
    if (found.length > 0) open.set(uuid, [...new Set([...(open.get(uuid) ?? []), ...found])])
  }
  return open
}
