/** Whether somebody has opened a lab's machines with virsh. */
import type { Lab } from '../labfile/model.js'
import { boundsOf } from '../node/names.js'
import type { World } from '../world.js'
import type { Check } from './check.js'
import { english } from '../words/say.js'

/**
 * Machines of this lab that somebody has changed so that they let others in, or reach further than the Labfile says.
 */
export async function openingChecks(world: World, lab: Lab, id: string | undefined): Promise<readonly Check[]> {
  if (id === undefined) return []
  const machines = await world.hypervisor.owned(id)
  const open = await world.hypervisor.openings(
    machines.map((m) => m.uuid),
    boundsOf(id, lab),
  )
  return machines.flatMap((m): Check[] => {
    const what = open.get(m.uuid)
    if (!what) return []
    const off = m.state === 'shut-off' || m.state === 'crashed'
    const found = english('was changed with virsh: {what}', { what: what.join('; ') })
    return [
      off
        ? { name: m.node, state: 'warn', found, fix: english('klab up, which undoes the change') }
        : { name: m.node, state: 'missing', found, fix: english('klab halt, then klab up, which undoes the change') },
    ]
  })
}
