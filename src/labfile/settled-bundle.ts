/** `bundle: auto`, once it is known what it becomes. Pure. */
import type { BundleChoice, BundleSource, KubernetesSpec, Lab } from './model.js'

/** Where a cluster's bundle comes from, with the choice in place of `auto`. */
export function settledBundle(bundle: BundleSource, choice: BundleChoice | undefined): BundleSource {
  if (bundle.source !== 'auto' || !choice) return bundle
  return choice.source === 'source' ? { source: 'source' } : { source: 'upstream', mirrors: bundle.mirrors }
}

/** The cluster as it is made. */
export const settledSpec = <K extends Pick<KubernetesSpec, 'bundle'>>(k: K, choice: BundleChoice | undefined): K =>
  k.bundle.source === 'auto' && choice ? { ...k, bundle: settledBundle(k.bundle, choice) } : k

/** The lab as it is made; the same object if its Labfile leaves no choice. */
export const settledLab = (lab: Lab, choice: BundleChoice | undefined): Lab =>
  lab.kubernetes?.bundle.source === 'auto' && choice ? { ...lab, kubernetes: settledSpec(lab.kubernetes, choice) } : lab
