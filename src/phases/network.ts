/** Phase `network`: the way in from the host, and the lab's own network. */
import type { Step } from '../step.js'
import { accessStep } from '../node/access.js'
import { segmentOf } from '../network/segment.js'
import type { LabRun } from '../world.js'

/** Access and the network. */
export function networkSteps(run: LabRun): readonly Step[] {
  const segment = segmentOf(run)
  return [
    accessStep(run),
    {
      id: segment.id,
      title: segment.title,
      done: () => segment.running(),
      run: async () => {
        await segment.ensure()
      },
    },
  ]
}
