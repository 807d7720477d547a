/** Names that depend only on the lab's id and the node. */
import { createHash } from 'node:crypto'
import type { Bounds } from '../hypervisor/types.js'
import type { Lab } from '../labfile/model.js'

/** libvirt's name for a node's domain. */
export const domainName = (labId: string, node: string): string => `klab-${labId}-${node}`

/** libvirt's name for a lab's network in NAT mode. */
export const networkName = (labId: string): string => `klab-${labId}`

/** Its bridge. An interface has at most 15 characters, so only the digits at the end of the id are used. */
export const bridgeName = (labId: string): string => `klab${labId.slice(-8)}`

/**
 * A UUID that depends only on the lab's id and the node, so that klab finds its machines again even if the record is
 * lost.
 */
export const machineUuid = (labId: string, node: string): string => uuidOf(`${labId}/${node}`)

/** The same for the lab's network: no node's name is empty. */
export const networkUuid = (labId: string): string => uuidOf(`${labId}/`)

/** How far the machines of a lab may reach, and from where they may be reached. */
export const boundsOf = (labId: string, { network }: Pick<Lab, 'network'>): Bounds => ({
  internet: network.internet,
  network: network.mode === 'nat' ? networkName(labId) : undefined,
})

/** RFC 9562, version 8: custom. */
function uuidOf(text: string): string {
  const h = createHash('sha256').update(text).digest('hex')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`
}
