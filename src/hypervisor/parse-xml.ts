/** libvirt's XML, as data. Pure. Separate from parse.ts, so that `klab status` need not load an XML library. */
import { XMLParser } from 'fast-xml-parser'
import { KLAB_NS } from './domain-xml.js'
import { list, readXml, record, textOf } from './read-xml.js'
import type { Description, DiskSpec } from './types.js'

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
  isArray: (name) =>
    name === 'domain' || name === 'secmodel' || name === 'baselabel' || name === 'disk' || name === 'mode',
})

/**
 * Output of one or several `dumpxml`: domain UUID → klab's metadata, for the domains that carry it. Throws HostError.
 */
export function parseOwnership(text: string): Map<string, Ownership> {
  const owned = new Map<string, Ownership>()
  for (const item of list(record(record(readXml(parser, `<all>${text}</all>`))['all'])['domain'])) {
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

/** Output of `capabilities`: how the host confines QEMU, and which user QEMU runs as (undefined: the caller). */
export interface HostSecurity {
  readonly apparmor: boolean
  readonly qemuUser: { readonly uid: number; readonly gid: number } | undefined
}

/** Reads the security models of `virsh capabilities`. Throws HostError. */
export function parseHostSecurity(xml: string): HostSecurity {
  const models = list(record(record(record(readXml(parser, xml))['capabilities'])['host'])['secmodel']).map(record)
  const dac = models.find((m) => m['model'] === 'dac')
  const labels = list(dac?.['baselabel']).map((l) => record(l)['#text'])
  // `+64055:+64055`: a plus says that the number is an id, not a name.
  const ids = labels.map((l) => /^\+(\d+):\+(\d+)$/.exec(typeof l === 'string' ? l : '')).find((m) => m !== null)
  return {
    apparmor: models.some((m) => m['model'] === 'apparmor'),
    qemuUser: ids ? { uid: Number(ids[1]), gid: Number(ids[2]) } : undefined,
  }
}

/** Output of `dumpxml` of one of klab's machines. Throws HostError. */
export function parseDescription(xml: string): Description {
  const domain = record(list(record(readXml(parser, xml))['domain'])[0])
  const { kernel, initrd, cmdline } = record(domain['os'])
  const disks = list(record(domain['devices'])['disk'])
    .map(record)
    .map((d) => ({
      path: textOf(record(d['source'])['@file']),
      format: record(d['driver'])['@type'] === 'raw' ? ('raw' as const) : ('qcow2' as const),
      target: textOf(record(d['target'])['@dev']) as DiskSpec['target'],
      readonly: d['readonly'] !== undefined,
    }))
  return {
    boot:
      kernel === undefined
        ? { kind: 'disk' }
        : { kind: 'direct', kernel: textOf(kernel), initrd: textOf(initrd), cmdline: textOf(cmdline) },
    disks,
  }
}

/** Output of `domcapabilities`: the CPU model that a host-model guest gets; empty: none. Throws HostError. */
export function parseHostModel(xml: string): string {
  const modes = list(record(record(record(readXml(parser, xml))['domainCapabilities'])['cpu'])['mode']).map(record)
  const model = modes.find((m) => m['@name'] === 'host-model')?.['model']
  return textOf(model) || textOf(record(model)['#text'])
}
