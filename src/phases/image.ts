/** Phases `image` and `node-image`: base image and bundle side by side, then the node image baked from both. */
import { upTo } from '../labfile/phases.js'
import type { Step } from '../plan/types.js'
import { bakeNodeImage, nodeImageKey } from './bake.js'
import { requireCniImages } from './cni-manifest.js'
import type { LabRun } from './world.js'

/** Base image and bundle: built once, then taken from the cache. */
export function imageSteps(run: LabRun): readonly Step[] {
  const { image, kubernetes: k } = run.lab
  const base: Step = {
    id: 'image/base',
    title: `base image ${image.kind === 'builtin' ? image.name : image.kind === 'url' ? image.url : image.path}`,
    run: async ({ line }) => ((await run.artifacts.base(line)).cached ? 'cached' : 'done'),
  }
  const bundle: Step = {
    id: 'image/bundle',
    title: `bundle Kubernetes ${k?.version ?? ''}`,
    run: async ({ line }) => {
      const made = await run.artifacts.bundle(line)
      // Now, not when four machines are up and wait for a pod network that can never start.
      if (k && upTo('cni', run.until)) await requireCniImages(run, k)
      return made?.cached ? 'cached' : 'done'
    },
  }
  return k ? [base, bundle] : [base]
}

/** The node image: what is the same for every node, done once in a machine of its own. */
export function nodeImageSteps(run: LabRun): readonly Step[] {
  return [
    {
      id: 'node-image/bake',
      title: 'node image',
      run: async ({ line }) => {
        const key = await nodeImageKey(run)
        if (await run.world.layers.get(key)) return 'cached'
        await bakeNodeImage(run, key, line)
        return 'done'
      },
    },
  ]
}
