/** Phase `system` (course 2.2): the system’s settings. Baked into the node image, so usually done already. */
import { bakedStep, type Marks } from '../node/baked-phase.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'

/** One step for each node; done if the node's mark says so. */
export const systemSteps = (run: LabRun, marks: Marks): readonly Step[] =>
  run.lab.nodes.map((node) => bakedStep(run, node, 'system', marks))
