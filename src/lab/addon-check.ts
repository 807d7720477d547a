/** The add-ons of a Labfile, compared with what klab brings, before anything is made: for `validate`, `plan`, `up`. */
import { addonNames, canBeBuilt, imagesOfAddon, oldestFor, readAddon, releaseFor } from '../addons/addon.js'
import { lacking } from '../bundle/needs.js'
import { LabfileError } from '../errors.js'
import { mayBeSource } from '../labfile/build.js'
import type { KubernetesSpec } from '../labfile/model.js'
import { placeOf } from '../labfile/places.js'
import { settledSpec } from '../labfile/settled-bundle.js'
import { nearest } from '../report/nearest.js'
import { presentExtraImages } from '../state/extra-images.js'
import type { OpenLab } from './open.js'

/** Names of the images that were added to a lab. */
export const addedRefs = async ({ paths, record }: Pick<OpenLab, 'paths' | 'record'>): Promise<readonly string[]> =>
  (await presentExtraImages(paths, record ?? {})).flatMap(({ refs }) => refs)

/**
 * Why a cluster cannot have an add-on; undefined: it can. (A user's own folder is looked through elsewhere.) `added`:
 * images that were added to the lab. Throws CorruptError for damaged data.
 */
export async function addonProblem(
  assets: string,
  { version, bundle }: Pick<KubernetesSpec, 'version' | 'bundle'>,
  name: string,
  added: readonly string[],
): Promise<string | undefined> {
  const names = await addonNames(assets)
  if (!names.includes(name)) {
    const meant = nearest(name, names)
    const words = meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`
    return `no such add-on: ${name}; ${words}`
  }
  const addon = await readAddon(assets, name)
  const release = releaseFor(addon, version)
  if (!release) return `klab knows no ${name} for Kubernetes ${version}, only from ${oldestFor(addon)} on`
  if (!mayBeSource(bundle.source) || canBeBuilt(release)) return undefined
  const images = lacking(imagesOfAddon(release), added)
  if (images.length === 0) return undefined
  return (
    (bundle.source === 'auto'
      ? `bundle auto builds from source where the official servers do not answer, and ${name} cannot be built`
      : `${name} ${release.version} cannot be built from source`) +
    `: set kubernetes.bundle to upstream, or to { dir: FOLDER } with ${images.join(' and ')} in it; ` +
    'or bring the lab up without it, then klab bundle add-images with an archive of them'
  )
}

/**
 * Throws LabfileError with all that is wrong with `kubernetes.addons`, each at its place. A lab that is up keeps what
 * its `auto` became.
 */
export async function requireAddons(
  open: Pick<OpenLab, 'lab' | 'labfile' | 'paths' | 'record'>,
  assets: string,
): Promise<void> {
  const { lab, labfile, record } = open
  const k = lab.kubernetes && settledSpec(lab.kubernetes, record?.bundle)
  if (!k?.addons) return
  const added = await addedRefs(open)
  const problems = await Promise.all(k.addons.map((name) => addonProblem(assets, k, name, added)))
  const issues = await Promise.all(
    problems.flatMap((problem, i) =>
      problem === undefined ? [] : [placeOf(labfile, ['kubernetes', 'addons', i], problem)],
    ),
  )
  if (issues.length > 0) throw new LabfileError(labfile, issues, { hint: 'klab addon list shows what there is' })
}
