/** The bundle of a Labfile, from whatever source, with its disk for the guests. */
import { dirname, join } from 'node:path'
import { HostError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import { requireOwnFolder, type Caller } from '../host/ownership.js'
import type { Clock, HostExec } from '../host/types.js'
import { canBeBuilt, releasesFor, type AddonRelease } from '../addons/addon.js'
import type { KubernetesSpec } from '../labfile/model.js'
import { readManifest, type BuiltBundle, type BundleManifest } from './manifest.js'
import { digestOf, type Digest } from '../host/digest.js'
import type { Layers } from '../cache/types.js'
import { debianArch } from './arch.js'
import { addonsInKey } from './addons-in-key.js'
import { directoryBundle, type DirectorySpec } from './dir/from-directory.js'
import { bundleIso } from './iso.js'
import type { BuildContext } from './jobs.js'
import { networksOf } from './expected.js'
import { fetchBundle } from './online/online.js'
import { sourceBundle } from './source/bundle.js'
import { requireSums, requireComplete } from './completeness.js'
import { keepKubectl } from './host-programs.js'
import { english } from '../words/say.js'

export interface Bundle extends BuiltBundle {
  /** Folder that holds bundle.iso. */
  readonly isoDir: string
}

export interface BundleContext {
  readonly exec: HostExec
  /** Users whose folders' programs may be run. */
  readonly env: Caller
  readonly layers: Layers
  /** Its sibling `work` is where builds take place. */
  readonly downloadsDir: string
  readonly assets: string
  readonly report: (line: string) => void
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/** Makes a build's context from what the phases have. */
export const buildContext = (c: BundleContext): BuildContext => ({
  ...c,
  workDir: join(dirname(c.downloadsDir), 'work'),
})

/** The settings of a Labfile's cluster that decide its bundle. */
export type BundleFor = Pick<KubernetesSpec, 'version' | 'bundle' | 'cni' | 'addons'>

/**
 * The bundle, from the cache or made. Throws what the makers throw; UnsafeError, CorruptError, StateError for a folder
 * that must not be used; StateError for a kind of bundle that klab no longer makes; UsageError for an unknown add-on.
 */
export async function makeBundle(k: BundleFor, context: BundleContext): Promise<BuiltBundle> {
  const c = buildContext(context)
  const { bundle, version } = k
  const all = await releasesFor(c.assets, k)
  // What cannot be built was added to the lab as an archive (lab/addon-check.ts), and is in no bundle.
  const releases = bundle.source === 'source' ? all.filter(canBeBuilt) : all
  const addons = releases.length > 0 ? { addons: releases } : {}
  switch (bundle.source) {
    case 'source':
      return sourceBundle({ version, cni: await networksOf(k.cni, version, 'source'), ...addons }, c)
    case 'dir':
      await requireOwnFolder(bundle.path, context.env)
      return fromFolder(
        { path: bundle.path, version, cni: k.cni === 'none' ? [] : await networksOf(k.cni, version), ...addons },
        c,
      )
    case 'auto':
      throw new TypeError('bundle auto: nothing was chosen (bundle/choose.ts)')
    case 'upstream':
    case 'aliyun':
      return fetchBundle({ ...bundle, version, cni: await networksOf(k.cni, version), ...addons }, c)
    default:
      // The record of a lab that an earlier klab made may say `debian`.
      throw new StateError(
        english('bundle {source}: this klab does not make it', {
          source: (bundle as { readonly source: string }).source,
        }),
        {
          hint: english('klab destroy; then write kubernetes.bundle: source, and klab up'),
        },
      )
  }
}

/**
 * The bundle and its disk for the guests. Throws what makeBundle and bundleIso throw; HostError if it is for another
 * kind of machine.
 */
export async function ensureBundle(k: BundleFor, context: BundleContext): Promise<Bundle> {
  const arch = k.bundle.source === 'upstream' || k.bundle.source === 'aliyun' ? k.bundle.arch : undefined
  if (arch !== undefined && arch !== debianArch()) {
    throw new HostError(
      english('kubernetes.bundle.arch is {arch}, and this machine runs {own} guests', { arch, own: debianArch() }),
      {
        hint: english('klab bundle export FILE makes the bundle here; run the lab on a machine of that architecture'),
      },
    )
  }
  const bundle = await makeBundle(k, context)
  // A folder that is used in place may have changed since it was checked.
  const check = async (): Promise<void> => {
    if (bundle.hostBin !== undefined) await requireSums(bundle.dir, context.signal)
  }
  return { ...bundle, isoDir: await bundleIso(bundle.dir, bundle.key, buildContext(context), check) }
}

/**
 * The user's own folder. If it is a complete bundle, it is checked file by file before its disk is made (later runs use
 * its manifest). Otherwise a bundle is made from its parts.
 */
async function fromFolder(s: DirectorySpec, c: BuildContext): Promise<BuiltBundle> {
  const { path: dir, version, cni, addons = [] } = s
  if (!(await exists(join(dir, 'manifest.json')))) return directoryBundle(s, c)
  const manifest = await readManifest(dir)
  if (manifest.kubernetes !== version) {
    throw new StateError(
      english('{dir}: holds Kubernetes {kubernetes}, the Labfile wants {version}', {
        dir,
        kubernetes: manifest.kubernetes,
        version,
      }),
      {
        hint: english('set kubernetes.version to {kubernetes}', { kubernetes: manifest.kubernetes }),
      },
    )
  }
  // The images of the user's own manifest are compared by the phase that applies it (network/cni-manifest.ts).
  const names = cni.flatMap((n) => (n.name === 'manifest' ? [] : [n.name]))
  const keyOf = (of: readonly AddonRelease[]): Digest =>
    digestOf({ kind: 'bundle-dir', format: 2, manifest, cni: names, ...addonsInKey(of) })
  const key = keyOf(addons)
  // The mark of an earlier check, with the program that runs here: the folder may change later. The guests read the
  // disk image, not the folder.
  const cached = (await c.layers.get(key)) !== undefined
  const make = async (out: string): Promise<void> => {
    await requireComplete(dir, { cni: names, addons }, c)
    await keepKubectl(dir, manifest, out)
  }
  const hostBin = await c.layers.build(key, make, { ...(c.signal && { signal: c.signal }), onWait: c.report })
  return { dir, key, ...(addons.length > 0 && { plainKey: keyOf([]) }), manifest, cached, hostBin }
}

export interface ListedBundle {
  readonly key: string
  readonly dir: string
  /** On disk; a file that several cache entries share counts in each. */
  readonly bytes: number
  /** ms since the epoch. */
  readonly usedAt: number
  readonly manifest: BundleManifest
}

/** Bundles in the cache, most recently used first. */
export async function listBundles(layers: Layers): Promise<readonly ListedBundle[]> {
  const found: ListedBundle[] = []
  for (const layer of await layers.list()) {
    const manifest = await readManifest(layer.dir).catch(() => undefined)
    if (manifest) found.push({ ...layer, manifest })
  }
  return found.sort((a, b) => b.usedAt - a.usedAt)
}
