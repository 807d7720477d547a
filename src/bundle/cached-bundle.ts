/**
 * What klab knows about a lab's bundle without making it: from the cache or the Labfile's folder, otherwise from the
 * version table.
 */
import { join } from 'node:path'
import { MOST_MANIFEST } from '../cluster/manifest-docs.js'
import { readSmall } from '../host/files.js'
import { kubeadmImages, manifestImages } from '../cluster/images.js'
import { settledSpec } from '../labfile/settled-bundle.js'
import type { BundleChoice, CniSpec } from '../labfile/model.js'
import { Interrupted, KlabError, StateError } from '../errors.js'
import type { Digest } from '../host/digest.js'
import { kubectlOf } from './host-programs.js'
import { debianArch } from './arch.js'
import { bundleRefs } from './archive/archive-refs.js'
import { listFolder, sortFolder } from './dir/folder.js'
import { readManifest, type BuiltBundle, type BundleManifest } from './manifest.js'
import type { Layers } from '../cache/types.js'
import { listBundles, makeBundle, type BundleContext, type BundleFor } from './ensure.js'
import { english } from '../words/say.js'

export interface BundleImages {
  /** References of the control plane's archive. */
  readonly all: readonly string[]
  /** Of the workers'. */
  readonly node: readonly string[]
  /** Of the pod network's manifest; none if not known. */
  readonly cni: readonly string[]
  /** Relative paths of the bundle's files; none if there is no bundle yet. */
  readonly archives: readonly string[]
}

/**
 * The images that the lab's nodes must have. Throws UsageError for a version that klab does not know and for which
 * there is no bundle.
 */
export async function labImages(k: BundleFor, layers: Layers): Promise<BundleImages> {
  const found = await cachedBundle(k, layers)
  const cni = await cniImages(k.cni, found?.dir)
  if (!found) return { ...kubeadmImages(k.version), cni, archives: [] }
  const { manifest } = found
  return { all: manifest.images, node: manifest.nodeImages, cni, archives: manifest.files.map((f) => f.path) }
}

/** What `auto` may have become. If the cache has both, it takes the first. */
const AUTO = ['upstream', 'source'] as const

class NotCached extends StateError {}

/**
 * The lab's own bundle, if the cache has it. undefined: it would have to be made, or its folder is gone or unusable.
 */
export async function keptBundle(k: BundleFor, c: BundleContext): Promise<BuiltBundle | undefined> {
  // Nothing was chosen yet, so nothing is known.
  if (k.bundle.source === 'auto') return undefined
  const build = async (key: Digest): Promise<string> => {
    const dir = await c.layers.get(key)
    if (dir === undefined) throw new NotCached('not in the cache')
    return dir
  }
  return unlessKnown(() => makeBundle(k, { ...c, layers: { ...c.layers, build } }))
}

/** What `auto` takes because the cache has it: the choice, and its bundle. */
export async function keptAuto(
  k: BundleFor,
  c: BundleContext,
): Promise<{ readonly choice: BundleChoice; readonly bundle: BuiltBundle } | undefined> {
  for (const source of AUTO) {
    const choice = { source, why: english('it is in the cache') }
    const bundle = await keptBundle(settledSpec(k, choice), c)
    if (bundle) return { choice, bundle }
  }
  return undefined
}

/** Its result; undefined if it fails in an expected way. The maker of the bundle reports why. */
async function unlessKnown<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KlabError && !(error instanceof Interrupted)) return undefined
    throw error
  }
}

/**
 * The kubectl of the lab's own bundle, if the cache has it. undefined: it would have to be made, or its folder is gone
 * or unusable.
 */
export async function cachedKubectl(k: BundleFor, c: BundleContext): Promise<string | undefined> {
  const bundle = await keptBundle(k, c)
  return bundle && unlessKnown(() => Promise.resolve(kubectlOf(bundle)))
}

/**
 * The images in the lab's bundle, as far as klab knows them without making it: for a user's folder those in its
 * archives, otherwise those in the cache. undefined: not known.
 */
export async function knownRefs(k: BundleFor, c: BundleContext): Promise<readonly string[] | undefined> {
  const { bundle } = k
  return unlessKnown(async () => {
    if (bundle.source !== 'dir') {
      const made = bundle.source === 'auto' ? (await keptAuto(k, c))?.bundle : await keptBundle(k, c)
      return made && bundleRefs(made.dir)
    }
    const { files } = await listFolder(bundle.path)
    return (await sortFolder(bundle.path, files, debianArch())).images.flatMap((image) => image.refs)
  })
}

/** The most recently used one that fits; undefined if there is none. */
async function cachedBundle(
  k: BundleFor,
  layers: Layers,
): Promise<{ dir: string; manifest: BundleManifest } | undefined> {
  const { bundle, version } = k
  if (bundle.source === 'dir') {
    const manifest = await readManifest(bundle.path).catch(() => undefined)
    // A folder of parts has no manifest. What was made from it is in the cache.
    if (manifest) return { dir: bundle.path, manifest }
  }
  const sources: readonly string[] = bundle.source === 'auto' ? AUTO : [bundle.source]
  return (await listBundles(layers)).find(
    ({ manifest }) => sources.includes(manifest.source) && manifest.kubernetes === version,
  )
}

async function cniImages(cni: CniSpec, dir: string | undefined): Promise<readonly string[]> {
  if (cni === 'none') return []
  const own = typeof cni === 'object' && 'manifest' in cni
  if (!own && dir === undefined) return []
  const name = typeof cni === 'string' ? cni : 'name' in cni ? cni.name : ''
  const path = own ? cni.manifest : join(dir ?? '', 'manifests', `${name}.yaml`)
  const bytes = await readSmall(path, MOST_MANIFEST).catch(() => undefined)
  return manifestImages(bytes?.toString('utf8') ?? '')
}
