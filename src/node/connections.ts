/** Connections to the nodes of a run. */
import type { Guest } from '../guest/types.js'
import { guestAddress } from './machine.js'
import type { LabRun } from '../world.js'

/** The (shared) connection to a node of a lab; waits up to so many ms. Throws ProbeError. */
export async function connectWithin(
  lab: Pick<LabRun, 'world' | 'paths' | 'record'>,
  node: string,
  withinMs: number,
): Promise<Guest> {
  const address = await guestAddress(lab.paths, lab.record, node)
  return lab.world.guests.connect(address, { withinMs, signal: lab.world.signal })
}

/** The same for a step of `up`. Throws ProbeError. */
export const connect = (run: LabRun, node: string): Promise<Guest> =>
  connectWithin(run, node, 120_000 * run.profile.patience)
