/** Data as XML for libvirt: `@name` is an attribute, `#text` the text. Pure. */
import { XMLBuilder } from 'fast-xml-parser'

export const toXml = (tree: object): string =>
  // The same builder as fast-xml-builder, which would be one dependency more.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  new XMLBuilder({
    attributeNamePrefix: '@',
    ignoreAttributes: false,
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
    format: true,
  }).build(tree)
