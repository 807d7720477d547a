/**
 * Phase `images` (course 2.7, 2.8): the images, loaded into the runtime. Baked into the node image, so usually there
 * already.
 */
import { bakedStep, type Marks } from '../node/baked-phase.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'

/** A step a node; done where the node's mark says so. */
export const imagesSteps = (run: LabRun, marks: Marks): readonly Step[] =>
  run.lab.nodes.map((node) => bakedStep(run, node, 'images', marks))
