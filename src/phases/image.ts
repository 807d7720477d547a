/** Phase `image`: base image and bundle, both at once. */
import { StateError } from '../errors.js'
import { upTo } from '../labfile/phases.js'
import type { Step } from '../step.js'
import { writeRecord } from '../state/record.js'
import { requireCniImages } from '../network/cni-manifest.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const GIB = 2 ** 30

/** Throws StateError if a node's disk is smaller than the image: the end of its file systems would be cut off. */
function requireRoom({ nodes }: LabRun['lab'], bytes: number): void {
  const small = nodes.filter((n) => n.diskGiB * GIB < bytes)
  const needs = Math.ceil(bytes / GIB)
  const names = small.map((n) => `${n.name} (${n.diskGiB} GiB)`).join(', ')
  if (small.length > 0)
    throw new StateError(
      english('the image is a disk of {size} GiB, larger than that of {names}', { size: needs, names }),
      {
        hint: english(
          'set disk: {size}GiB or more in the Labfile (the file on the host grows with use only), or another image',
          { size: needs },
        ),
      },
    )
}

/** Records what `bundle: auto` became during the build, so that the next `up` does not choose again. */
async function keepChoice(run: LabRun): Promise<void> {
  const choice = run.artifacts.choice()
  if (!choice || choice === run.record.bundle) return
  run.record = { ...run.record, bundle: choice }
  await writeRecord(run.paths.record, run.record)
}

/** Base image and bundle: built once, then taken from the cache. */
export function imageSteps(run: LabRun): readonly Step[] {
  const { image, kubernetes: k } = run.lab
  const base: Step = {
    id: 'image/base',
    title: english('base image {image}', {
      image: image.kind === 'builtin' ? image.name : image.kind === 'url' ? image.url : image.path,
    }),
    run: async ({ line }) => {
      const made = await run.artifacts.base(line)
      requireRoom(run.lab, made.virtualBytes)
      return made.cached ? 'cached' : 'done'
    },
  }
  const bundle: Step = {
    id: 'image/bundle',
    title: english('bundle Kubernetes {version}', { version: k?.version ?? '' }),
    run: async ({ line }) => {
      const made = await run.artifacts.bundle(line)
      await keepChoice(run)
      // Now, and not when four machines are up and wait for a pod network that can never start.
      if (k && upTo('cni', run.until)) await requireCniImages(run, k, line)
      return made?.cached ? 'cached' : 'done'
    },
  }
  return k ? [base, bundle] : [base]
}
