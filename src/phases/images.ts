/**
 * Phase `images` (course 2.7, 2.8): loads the images into the runtime. Baked into the node image, so usually done
 * already.
 */
import { bakedStep, type Marks } from '../node/baked-phase.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'

/** One step for each node; done if the node's mark says so. */
export const imagesSteps = (run: LabRun, marks: Marks): readonly Step[] =>
  run.lab.nodes.map((node) => bakedStep(run, node, 'images', marks))
