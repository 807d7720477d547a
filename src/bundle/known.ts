/** The bundle that a lab is made from, where the cache has it: looked at, never built. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesSpec } from '../labfile/model.js'
import { readManifest } from '../store/bundle-manifest.js'
import type { BundleManifest, Layers } from '../store/types.js'
import { listBundles } from './ensure.js'

export interface KnownBundle {
  readonly manifest: BundleManifest
  readonly images: {
    /** References of the control plane's archive. */
    readonly all: readonly string[]
    /** Of the workers'. */
    readonly node: readonly string[]
    /** Of the pod network's manifest; none when there is no such file. */
    readonly cni: readonly string[]
    /** Relative paths of the bundle's files. */
    readonly archives: readonly string[]
  }
}

/** Image references of a Kubernetes manifest, each once. */
export const imagesOf = (manifest: string): readonly string[] => [
  ...new Set([...manifest.matchAll(/^\s*(?:- )?image:\s*["']?([^\s"']+)/gm)].map(([, ref = '']) => ref)),
]

/** The most recently used one that fits; undefined when there is none. */
export async function knownBundle(k: KubernetesSpec, layers: Layers): Promise<KnownBundle | undefined> {
  const found =
    k.bundle.source === 'dir'
      ? await readManifest(k.bundle.path).then(
          (manifest) => ({ dir: 'path' in k.bundle ? k.bundle.path : '', manifest }),
          () => undefined,
        )
      : (await listBundles(layers)).find((b) => b.manifest.source === k.bundle.source && b.manifest.kubernetes === k.version)
  if (!found) return undefined
  const cni = await readFile(join(found.dir, 'manifests', `${k.cni}.yaml`), 'utf8').catch(() => '')
  const { manifest } = found
  return {
    manifest,
    images: { all: manifest.images, node: manifest.nodeImages, cni: imagesOf(cni), archives: manifest.files.map((f) => f.path) },
  }
}
