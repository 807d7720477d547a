/** libvirt's XML, as data. Pure. Apart from parse.ts, since an XML library is nothing that `klab status` should have to load. */
import { XMLParser } from 'fast-xml-parser'
import { KLAB_NS } from './domain-xml.js'

/** klab's own metadata of a domain. */
export interface Ownership {
  readonly labId: string
  readonly node: string
  readonly specDigest: string
}

const parser = new XMLParser({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => name === 'domain' || name === 'secmodel' || name === 'baselabel',
})
const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Output of one or several `dumpxml`: domain UUID → klab's metadata, for the domains that carry it. */
export function parseOwnership(text: string): Map<string, Ownership> {
  const owned = new Map<string, Ownership>()
  for (const item of list(record(record(parser.parse(`<all>${text}</all>`))['all'])['domain'])) {
    const domain = record(item)
    const mark = record(record(domain['metadata'])['klab:machine'])
    const { '@xmlns:klab': ns, '@lab': labId, '@node': node, '@digest': specDigest } = mark
    const uuid = domain['uuid']
    if (ns !== KLAB_NS || typeof uuid !== 'string') continue
    if (typeof labId !== 'string' || typeof node !== 'string' || typeof specDigest !== 'string') continue
    owned.set(uuid, { labId, node, specDigest })
  }
  return owned
}

/** Output of `capabilities`: how the host confines QEMU, and as whom QEMU runs (undefined: as the one who asks). */
export interface HostSecurity {
  readonly apparmor: boolean
  readonly qemuUser: { readonly uid: number; readonly gid: number } | undefined
}

/** Reads the security models of `virsh capabilities`. */
export function parseHostSecurity(xml: string): HostSecurity {
  const models = list(record(record(record(parser.parse(xml))['capabilities'])['host'])['secmodel']).map(record)
  const dac = models.find((m) => m['model'] === 'dac')
  const labels = list(dac?.['baselabel']).map((l) => record(l)['#text'])
  // `+64055:+64055`: a plus says that the number is an id, not a name.
  const ids = labels.map((l) => /^\+(\d+):\+(\d+)$/.exec(typeof l === 'string' ? l : '')).find((m) => m !== null)
  return {
    apparmor: models.some((m) => m['model'] === 'apparmor'),
    qemuUser: ids ? { uid: Number(ids[1]), gid: Number(ids[2]) } : undefined,
  }
}
