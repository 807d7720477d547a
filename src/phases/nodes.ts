/** Connections to the nodes of a run. */
import type { Guest } from '../guest/types.js'
import { guestAddress } from './machine.js'
import type { LabRun } from './world.js'

/** The (shared) connection to a node. Throws ProbeError. */
export async function connect(run: LabRun, node: string): Promise<Guest> {
  const address = await guestAddress(run.paths, run.record, node)
  return run.world.guests.connect(address, { withinMs: 120_000 * run.profile.patience, signal: run.world.signal })
}
