/** Names that depend on nothing but the lab's id and the node. */
import { createHash } from 'node:crypto'

/** libvirt's name for a node's domain. */
export const domainName = (labId: string, node: string): string => `klab-${labId}-${node}`

/** A UUID that depends only on the lab's id and the node (RFC 9562, version 8: custom), so that a lost record finds its machines again. */
export function machineUuid(labId: string, node: string): string {
  const h = createHash('sha256').update(`${labId}/${node}`).digest('hex')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`
}
