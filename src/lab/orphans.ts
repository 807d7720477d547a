/** `klab destroy --orphans`: removes what is left of labs whose record is gone. */
import { findOrphans, type Orphan } from '../doctor/orphans.js'
import { StateError } from '../errors.js'
import { labPaths } from '../state/paths.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { destroy } from './destroy.js'

export { orphanWords, type Orphan } from '../doctor/orphans.js'

/**
 * Removes machines, networks, sockets and files of all labs that have klab's mark in libvirt but no record. `confirm`
 * is asked once, before anything is changed; false: StateError. Returns what was removed. Throws HostError,
 * LockedError, what the steps throw.
 */
export async function destroyOrphans(
  c: LabContext,
  o: { readonly confirm?: ((what: readonly Orphan[]) => boolean | Promise<boolean>) | undefined } = {},
): Promise<readonly Orphan[]> {
  const world = await c.doors.world(undefined)
  const found = await findOrphans(world)
  if (found.length === 0) return []
  if (o.confirm && !(await o.confirm(found))) throw new StateError(english('not destroyed'))
  // While the user thinks about the question, a state folder may come back, with its record.
  const still = o.confirm ? new Set((await findOrphans(world)).map((orphan) => orphan.id)) : undefined
  const orphans = found.filter(({ id }) => still?.has(id) ?? true)
  for (const { id } of orphans) await destroy(world, { id, name: id, paths: labPaths(world.roots, id) }, c.report)
  return orphans
}
