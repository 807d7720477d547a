/** MAC addresses of a lab's machines. */
import { createHash } from 'node:crypto'

/** The two network cards of a machine. */
export type Nic = 'mgmt' | 'lab'

/**
 * The address of one card: QEMU's prefix 52:54:00 and 24 bits of a hash. So it is the same again after a lost record,
 * and two labs on one machine do not clash. 24 bits: among 100 cards of one lab a clash has odds of 1 to 3000.
 */
export function macAddress(labId: string, node: string, nic: Nic): string {
  const h = createHash('sha256').update(`${labId}/${node}/${nic}`).digest('hex')
  return `52:54:00:${h.slice(0, 2)}:${h.slice(2, 4)}:${h.slice(4, 6)}`
}
