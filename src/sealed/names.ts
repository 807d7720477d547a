/** Every file name in a sealed lab. klab takes no other file from one. */

/** The first file, and the last. */
export const FACTS = 'seal.json'
export const SUMS = 'SHA256SUMS'

export const KEY = 'key'
export const PUBLIC_KEY = 'key.pub'
export const KUBECONFIG = 'kubeconfig'
export const KERNEL = 'image/kernel'
export const INITRD = 'image/initrd'
export const ISO = 'image/bundle.iso'

/** Images that were added to the lab, in their order. */
export const extraName = (index: number): string => `image/extra-${index}.tar`
const EXTRA = /^image\/extra-\d\d?\.tar$/
export const isExtraName = (name: string): boolean => EXTRA.test(name)

/** The image under the nodes' disks, from the bottom. */
export const layerName = (index: number): string => `image/${index}.qcow2`

/** Of one node. */
export const NODE_FILES = ['hostkey', 'hostkey.pub', 'seed.iso', 'disk.qcow2', 'memory'] as const
export type NodeFile = (typeof NODE_FILES)[number]
export const nodeFile = (node: string, file: NodeFile): string => `nodes/${node}/${file}`

const MIB = 2 ** 20
const GIB = 2 ** 30

export interface Sizes {
  readonly memoryMiB: number
  readonly diskGiB: number
}

/** How large a file may be, bytes; undefined: there is no such file in a sealed lab of these nodes. */
export function mostBytes(name: string, nodes: ReadonlyMap<string, Sizes>): number | undefined {
  if ([KEY, PUBLIC_KEY].includes(name)) return 16 * 1024
  if (name === KUBECONFIG) return MIB
  if (/^image\/[0-7]\.qcow2$/.test(name)) return 256 * GIB
  if ([KERNEL, INITRD].includes(name)) return GIB
  if (name === ISO || EXTRA.test(name)) return 64 * GIB
  const [, node = '', file = ''] = /^nodes\/([^/]+)\/([^/]+)$/.exec(name) ?? []
  const sizes = nodes.get(node)
  if (!sizes) return undefined
  switch (file as NodeFile) {
    case 'hostkey':
    case 'hostkey.pub':
      return 16 * 1024
    case 'seed.iso':
      return 64 * MIB
    case 'disk.qcow2':
      // All of it, its tables and some room.
      return sizes.diskGiB * GIB * 1.1 + GIB
    case 'memory':
      return sizes.memoryMiB * MIB * 1.1 + GIB
    default:
      return undefined
  }
}
