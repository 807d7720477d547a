/** What virsh prints, as data. Pure; numbers are libvirt's enums (libvirt-domain.h: virDomainState, virDomainShutoffReason). */
import { XMLParser } from 'fast-xml-parser'
import { KLAB_NS } from './domain-xml.js'
import type { Machine, MachineState } from './types.js'

const SHUTOFF = '5'
const SHUTOFF_CRASHED = '3'
const STATES: Readonly<Record<string, MachineState>> = {
  // 2 is Xen's "blocked", a running domain.
  '1': 'running',
  '2': 'running',
  '3': 'paused',
  '4': 'in-shutdown',
  [SHUTOFF]: 'shut-off',
  '6': 'crashed',
  '7': 'suspended',
}

/** libvirt's state and reason as klab's state. `crashed` also when QEMU died under a domain, which libvirt calls shut off. */
export const machineState = (state: string, reason: string): MachineState =>
  state === SHUTOFF && reason === SHUTOFF_CRASHED ? 'crashed' : (STATES[state] ?? 'running')

/** Output of `list --all --uuid --name; domstats --state --raw`. A domain that vanished between the two is left out. */
export function parseList(text: string): Machine[] {
  const uuids = new Map<string, string>()
  const machines: Machine[] = []
  let name: string | undefined
  let state = ''
  for (const line of text.split('\n')) {
    const listed = /^([0-9a-f-]{36})\s+(.+?)\s*$/.exec(line)
    const domain = /^Domain: '(.*)'\s*$/.exec(line)
    const field = /^\s+state\.(state|reason)=(\d+)/.exec(line)
    if (listed?.[1] && listed[2]) uuids.set(listed[2], listed[1])
    else if (domain) name = domain[1]
    else if (field?.[1] === 'state') state = field[2] ?? ''
    else if (field && name !== undefined) {
      const uuid = uuids.get(name)
      if (uuid !== undefined) machines.push({ name, uuid, state: machineState(state, field[2] ?? '') })
    }
  }
  return machines
}

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
