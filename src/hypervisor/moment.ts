/**
 * XML for freezing and thawing a machine (option C of the reliability notes; libvirt.org/formatsnapshot.html). Pure.
 */
import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { StateError } from '../errors.js'
import { readXml } from './read-xml.js'
import { forwardArgs, WRITABLE } from './spec.js'
import { toXml } from './to-xml.js'
import type { HostForward, Moment } from './types.js'
import { english } from '../words/say.js'

/** Keeps order, attributes and text: what libvirt wrote must come back to it unchanged, except for the disk. */
const OPTIONS = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  trimValues: false,
} as const

const build = (tree: unknown): string =>
  // The same builder as fast-xml-builder, which would be one dependency more.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  new XMLBuilder({ ...OPTIONS, suppressBooleanAttributes: false, suppressEmptyNode: true }).build(tree)

/** An external snapshot of RAM and the writable disk; `others` (read-only disks) are left out. */
export const snapshotXml = (to: Moment, others: readonly string[]): string =>
  toXml({
    domainsnapshot: {
      memory: { '@snapshot': 'external', '@file': to.memory },
      disks: {
        disk: [
          { '@name': WRITABLE, '@snapshot': 'external', driver: { '@type': 'qcow2' }, source: { '@file': to.disk } },
          ...others.map((name) => ({ '@name': name, '@snapshot': 'no' })),
        ],
      },
    },
  })

type Node = Record<string, unknown>
const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && !Array.isArray(x)
const nodes = (x: unknown): Node[] => (Array.isArray(x) ? x.filter(isNode) : [])
/** Children of the first element `tag`. */
const inside = (list: readonly Node[], tag: string): Node[] => nodes(list.find((n) => tag in n)?.[tag])
const attributes = (node: Node | undefined): Record<string, unknown> => (isNode(node?.[':@']) ? node[':@'] : {})

/**
 * A domain's XML with another file for its writable disk. The old file's chain is removed too: libvirt then reads it
 * from the new file. Throws StateError if there is no such disk, HostError.
 */
export function withDisk(xml: string, path: string): string {
  const tree = nodes(readXml(new XMLParser(OPTIONS), xml))
  const devices = inside(inside(tree, 'domain'), 'devices')
  const disk = devices.find(
    (d) => 'disk' in d && attributes(nodes(d['disk']).find((n) => 'target' in n))['@dev'] === WRITABLE,
  )
  const parts = nodes(disk?.['disk'])
  const source = parts.find((n) => 'source' in n)
  if (!disk || !source)
    throw new StateError(english('the machine has no disk {disk}', { disk: WRITABLE }), {
      hint: english('klab destroy, then klab up'),
    })
  source[':@'] = { '@file': path }
  disk['disk'] = parts.filter((n) => !('backingStore' in n))
  return build(tree)
}

/** What domain-xml.ts writes for one forwarded port. */
const FORWARD = /,hostfwd=tcp:127\.0\.0\.1:\d+-10\.0\.2\.15:(\d+)/g

/**
 * A domain’s XML with the present host ports for the guest’s ports that are forwarded in it. A port that was added
 * since is there from the next boot on, as in a machine that runs.
 */
export function withForwards(xml: string, forwards: readonly HostForward[]): string {
  const left = [...forwards]
  return xml.replace(FORWARD, (text, port: string) => {
    const at = left.findIndex(({ guestPort }) => guestPort === Number(port))
    return at < 0 ? text : forwardArgs(left.splice(at, 1))
  })
}
