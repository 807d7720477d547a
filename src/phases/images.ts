/**
 * Phase `images` (course 2.7, 2.8): loads the images into the runtime. Baked into the node image, so usually done
 * already. Images that were added to the lab (klab bundle add-images) are in no node image: each node loads them.
 */
import type { NodeSpec } from '../labfile/model.js'
import { bakedStep, type Marks } from '../node/baked-phase.js'
import { connect } from '../node/connections.js'
import { readMarks } from '../node/guest-phase.js'
import { forgetImages, loadImages, missingImages } from '../node/extra-images.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'

/** One step for each node; done if the node's marks say so. */
export const imagesSteps = (run: LabRun, marks: Marks): readonly Step[] =>
  run.lab.nodes.map((node) => withExtraImages(run, node, bakedStep(run, node, 'images', marks), marks))

function withExtraImages(run: LabRun, node: NodeSpec, baked: Step, marks: Marks): Step {
  let isWanted = false
  return {
    ...baked,
    done: async (context) =>
      (await baked.done?.(context)) === true && (await missingImages(run, await marks(node.name))).length === 0,
    again: async (context) => {
      isWanted = true
      await baked.again?.(context)
      await forgetImages(run, node.name)
    },
    run: async (context) => {
      if (isWanted || (await baked.done?.(context)) !== true) await baked.run(context)
      // Not those that were read at first: `again` has taken some away.
      const now = await readMarks(await connect(run, node.name))
      await loadImages(run, node.name, await missingImages(run, now), context.line)
    },
  }
}
