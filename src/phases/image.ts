/** Phase `image`: base image and bundle, side by side. */
import { upTo } from '../labfile/phases.js'
import type { Step } from '../step.js'
import { requireCniImages } from '../network/cni-manifest.js'
import type { LabRun } from '../world.js'

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
