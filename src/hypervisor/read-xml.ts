/** XML as libvirt prints it. The result has no type yet: an element may be a text, a list or missing. Pure. */
import type { XMLParser } from 'fast-xml-parser'
import { HostError, messageOf } from '../errors.js'
import { english } from '../words/say.js'

/** How many characters of the library's error are shown; it may quote the text. */
const SHOWN = 200

/** The text as the parser returns it. Throws HostError if it cannot read the text as XML. */
export function readXml(parser: XMLParser, text: string): unknown {
  try {
    return parser.parse(text)
  } catch (cause) {
    throw new HostError(
      english("libvirt's XML cannot be read: {message}", { message: messageOf(cause).slice(0, SHOWN) }),
      {
        hint: english('see whether virsh answers as it should: virsh version; virsh list --all'),
        cause,
      },
    )
  }
}

/** An element's attributes and children; empty for a text, a list or a missing element. */
export const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
