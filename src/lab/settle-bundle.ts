/** `bundle: auto` for the verbs: once it is chosen, a lab keeps the choice. */
import { chooseBundle } from '../bundle/choose.js'
import type { BundleChoice } from '../labfile/model.js'
import { settledSpec } from '../labfile/settled-bundle.js'
import { bundleContext } from '../node-image/artifacts.js'
import type { LabRecord } from '../state/record.js'
import type { World } from '../world.js'
import { consequencesFor } from './apply.js'
import type { OpenLab } from './open.js'
import { english } from '../words/say.js'

/**
 * The lab with what its `auto` becomes: what its record says, otherwise what is in the cache or what answers (3 s at
 * most). Throws Interrupted.
 */
export async function settleBundle<O extends OpenLab>(world: World, open: O): Promise<O> {
  const k = open.lab.kubernetes
  if (k?.bundle.source !== 'auto') return open
  const { record } = open
  const stays = record && !consequencesFor(record, open.lab).some((change) => change.when === 'new-lab')
  const kept = stays ? record.bundle : undefined
  const { bundle } = k
  return {
    ...open,
    bundle:
      kept ??
      (await chooseBundle(
        { ...k, bundle },
        bundleContext(world, () => undefined),
      )),
  }
}

/** For people: `bundle upstream: dl.k8s.io and registry.k8s.io answer`. */
export const choiceLine = ({ source, why }: BundleChoice): string => english('bundle {source}: {why}', { source, why })

/** The cluster of a recorded lab, as it was made. */
export const recordedCluster = ({ lab, bundle }: LabRecord) => lab.kubernetes && settledSpec(lab.kubernetes, bundle)
