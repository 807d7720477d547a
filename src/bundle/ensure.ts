/** The bundle of a Labfile, whatever its source, with its disk for the guests. */
import { dirname, join } from 'node:path'
import { CorruptError, StateError } from '../errors.js'
import type { Clock, HostExec } from '../host/types.js'
import type { KubernetesSpec } from '../labfile/model.js'
import { readManifest, verifyBundle } from '../store/bundle-manifest.js'
import { digestOf } from '../store/digest.js'
import type { BundleManifest, Layers } from '../store/types.js'
import { buildBundle, type BuiltBundle } from './build.js'
import { bundleIso } from './iso.js'
import type { BuildContext } from './jobs.js'

export interface Bundle extends BuiltBundle {
  /** Folder that holds bundle.iso. */
  readonly isoDir: string
}

export interface BundleContext {
  readonly exec: HostExec
  readonly layers: Layers
  /** Its sibling `work` is where builds take place. */
  readonly downloadsDir: string
  readonly assets: string
  readonly report: (line: string) => void
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/** A build's context from what the phases have. */
export const buildContext = (c: BundleContext): BuildContext => ({ ...c, workDir: join(dirname(c.downloadsDir), 'work') })

/** The bundle and its disk, from the cache or made. Throws what buildBundle and bundleIso throw; CorruptError, StateError for a folder that does not fit. */
export async function ensureBundle(k: Pick<KubernetesSpec, 'version' | 'bundle'>, context: BundleContext): Promise<Bundle> {
  const c = buildContext(context)
  const bundle =
    k.bundle.source === 'dir'
      ? await fromFolder(k.bundle.path, k.version, c)
      : await buildBundle({ version: k.version, source: 'debian' }, c)
  return { ...bundle, isoDir: await bundleIso(bundle.dir, bundle.key, c) }
}

/** Somebody's own bundle, checked file by file before its disk is made; later runs go by its manifest. */
async function fromFolder(dir: string, version: string, c: BuildContext): Promise<BuiltBundle> {
  const manifest = await readManifest(dir)
  if (manifest.kubernetes !== version) {
    throw new StateError(`${dir}: holds Kubernetes ${manifest.kubernetes}, the Labfile wants ${version}`, {
      hint: `set kubernetes.version to ${manifest.kubernetes}`,
    })
  }
  const key = digestOf({ kind: 'bundle-dir', manifest })
  // The mark of an earlier check; the guests read the disk image, not the folder.
  const cached = (await c.layers.get(key)) !== undefined
  if (!cached) await c.layers.build(key, () => check(dir), { ...(c.signal && { signal: c.signal }), onWait: c.report })
  return { dir, key, manifest, cached }
}

async function check(dir: string): Promise<void> {
  const { problems } = await verifyBundle(dir)
  if (problems.length > 0) throw new CorruptError(`${dir}: ${problems.join('; ')}`, { hint: 'copy the bundle again' })
}

export interface ListedBundle {
  readonly key: string
  readonly dir: string
  /** On disk; files shared with other cache entries count in each. */
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
