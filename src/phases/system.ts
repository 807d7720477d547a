/** Phase `system` (course 2.2): the system’s settings. Baked into the node image, so usually done already. */
import { bakedStep, type Marks } from '../node/baked-phase.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { putBack } from './revive.js'

/**
 * One step for each node; done if the node's mark says so. Done again (`provision`), it also puts back the node's name
 * and address, which cloud-init gave it.
 */
export const systemSteps = (run: LabRun, marks: Marks): readonly Step[] =>
  run.lab.nodes.map((node): Step => {
    const step = bakedStep(run, node, 'system', marks)
    return {
      ...step,
      again: async (context) => {
        await step.again?.(context)
        await putBack(run, node.name, [], context.line)
      },
    }
  })
