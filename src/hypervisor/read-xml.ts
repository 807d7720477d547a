/** XML as libvirt prints it. What comes of it has no type yet: an element may be a text, a list or missing. Pure. */
import type { XMLParser } from 'fast-xml-parser'
import { HostError, messageOf } from '../errors.js'

/** Characters of the library's complaint that are shown; it may quote the text. */
const SHOWN = 200

/** The text as the parser gives it. Throws HostError when it is no XML that it can read. */
export function readXml(parser: XMLParser, text: string): unknown {
  try {
    return parser.parse(text)
  } catch (cause) {
    throw new HostError(`libvirt's XML cannot be read: ${messageOf(cause).slice(0, SHOWN)}`, {
      hint: 'see whether virsh answers as it should: virsh version; virsh list --all',
      cause,
    })
  }
}

/** An element's attributes and children; empty for a text, a list or nothing. */
export const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
