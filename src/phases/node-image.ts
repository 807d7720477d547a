/** Phase `node-image`: what is the same for every node, baked once from base image and bundle. */
import { bakeNodeImage, nodeImageKey } from '../node-image/bake.js'
import type { Step } from '../step.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** The node image: what is the same for every node, done once in a separate machine. */
export function nodeImageSteps(run: LabRun): readonly Step[] {
  return [
    {
      id: 'node-image/bake',
      title: english('node image'),
      run: async ({ line }) => {
        const key = await nodeImageKey(run)
        if (await run.world.layers.get(key)) return 'cached'
        await bakeNodeImage(run, key, line)
        return 'done'
      },
    },
  ]
}
