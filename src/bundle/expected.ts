/** What klab's version table says for bundles: kubeadm's images, and which pod networks a lab's bundle has. */
import { defaultCalico } from '../versions/calico.js'
import { kubeadmImages } from '../cluster/images.js'
import { MOST_MANIFEST } from '../cluster/manifest-docs.js'
import { readSmall } from '../host/files.js'
import { sourceCalico } from '../versions/source.js'
import { minorOf } from '../versions/kubernetes.js'
import { UsageError } from '../errors.js'
import type { BundleSource, CniSpec } from '../labfile/model.js'
import { english } from '../words/say.js'

/** kubeadm's images of a version, or undefined for one that is not in the table. */
export function knownImages(version: string): readonly string[] | undefined {
  try {
    return kubeadmImages(version).all
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** A pod network in a bundle. */
export type PodNetwork =
  | { readonly name: 'flannel' }
  /** `release`: 3.x.y; empty: the one in the folder. */
  | { readonly name: 'calico'; readonly release: string }
  /** The user's own manifest: the bundle only needs its images. */
  | { readonly name: 'manifest'; readonly path: string; readonly text: string }

/** A manifest that the Labfile names. Throws UsageError if it is not a readable plain file of at most 8 MiB. */
export async function ownManifest(path: string): Promise<string> {
  const hint = 'correct manifest: in the Labfile'
  const bytes = await readSmall(path, MOST_MANIFEST).catch((cause: unknown) => {
    throw new UsageError(english('kubernetes.cni: {path} cannot be read', { path }), { cause, hint })
  })
  if (bytes) return bytes.toString('utf8')
  throw new UsageError(
    english('kubernetes.cni: {path} cannot be read: it is not a plain file of at most 8 MiB', { path }),
    { hint },
  )
}

/**
 * The networks of a Labfile. A lab that leaves the choice to the trainee (`none`) gets all that fit its version. Throws
 * UsageError if the Labfile's own manifest cannot be read.
 */
export async function networksOf(
  cni: CniSpec,
  version: string,
  source: BundleSource['source'] = 'dir',
): Promise<readonly PodNetwork[]> {
  const release = source === 'source' ? sourceCalico(version) : defaultCalico(minorOf(version))
  if (cni === 'flannel') return [{ name: 'flannel' }]
  if (cni === 'none')
    return [...(release === undefined ? [] : [{ name: 'calico', release } as const]), { name: 'flannel' }]
  if ('name' in cni) return [{ name: 'calico', release: cni.version }]
  return [{ name: 'manifest', path: cni.manifest, text: await ownManifest(cni.manifest) }]
}

/** For messages: `flannel`, `Calico 3.14.2`. */
export const networkTitle = (n: PodNetwork): string =>
  n.name === 'calico' ? `Calico ${n.release}`.trim() : n.name === 'manifest' ? n.path : n.name
