/**
 * Which images a Kubernetes version and a pod network need, by klab's table and the network's manifest. No program of
 * the bundle is run for this: bundles come from other people.
 */
import { hasDigest } from '../cluster/image-uses.js'
import { fullRef, kubeadmImages, manifestImages } from '../cluster/images.js'
import { CorruptError } from '../errors.js'
import { english } from '../words/say.js'

export interface CoreImages {
  readonly images: readonly string[]
  /** The images that only workers get (course 2.7.4). */
  readonly nodeImages: readonly string[]
}

/**
 * What kubeadm of a version asks for. A patch release newer than the table gets the last row of its minor. Throws
 * UsageError for a minor that klab does not know; no Labfile can name one.
 */
export function coreImages(version: string): CoreImages {
  const { all, node } = kubeadmImages(version)
  return { images: all, nodeImages: node }
}

/**
 * The images of a manifest's containers. Throws CorruptError if there are none: perhaps it is an error page. `where`:
 * for the message.
 */
export function imagesOf(text: string, where: string): readonly string[] {
  const images = manifestImages(text)
  if (images.length === 0)
    throw new CorruptError(english('{place}: is not a manifest that names images', { place: where }), {
      hint: english('get the manifest again'),
    })
  return images
}

/** Those of `wanted` that are not among `there`, however their names are written. */
export function lacking(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const have = new Set(there.map(fullRef))
  return wanted.filter((name) => !have.has(fullRef(name)))
}

/**
 * Those of imagesOf that can be in an archive. An image that a manifest names by its digest cannot. (Without internet
 * such a manifest is refused; with internet, the nodes download that image.) Throws CorruptError.
 */
export const loadableImages = (text: string, where: string): readonly string[] =>
  imagesOf(text, where).filter((ref) => !hasDigest(ref))
