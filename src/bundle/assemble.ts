/** The layout of a bundle, the same for all sources: bin/, cni/, images/, manifests/, manifest.json. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { addonArchive, imagesOfAddon, type AddonRelease } from '../addons/addon.js'
import { fullRef } from '../cluster/images.js'
import { CorruptError } from '../errors.js'
import { listBundleFiles, writeBundleManifest } from './manifest.js'
import type { BundleManifest } from './manifest.js'
import { writeArchive, type Image } from './archive/docker-archive.js'
import { timed, type BuildContext } from './jobs.js'
import type { CoreImages } from './needs.js'
import { english } from '../words/say.js'

/** A pod network in a bundle. */
export interface BundledCni {
  readonly name: string
  /** The manifest that `up` applies, with placeholders (phases/cni.ts). */
  readonly manifest: string
  readonly images: readonly string[]
}

/** All that goes into a bundle. */
export interface Ingredients extends Pick<BundleManifest, 'source' | 'kubernetes' | 'provenance'> {
  readonly core: CoreImages
  /** Name in bin/ → file. */
  readonly binaries: ReadonlyMap<string, string>
  /** Name in control-plane/ → file that workers do not need. */
  readonly controlPlane?: ReadonlyMap<string, string>
  /** Name in runtime/ → file: a containerd newer than the distribution's, runc. */
  readonly runtime?: ReadonlyMap<string, string>
  /** Name in packages/ → file: deb or rpm, for the nodes. */
  readonly packages?: ReadonlyMap<string, string>
  /** Name in cni/ → file. */
  readonly plugins: ReadonlyMap<string, string>
  readonly cni: readonly BundledCni[]
  readonly addons?: readonly AddonRelease[] | undefined
  /** Every image, with its future name; layers are files in the work folder. */
  readonly images: readonly Image[]
  /** Archive → names of images, besides those of kubeadm and the pod networks. */
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** Writes the bundle into `out`. `work`: a folder on its file system. Throws CommandError, Interrupted. */
export async function assemble(c: BuildContext, i: Ingredients, out: string, work: string): Promise<void> {
  const byName = new Map(i.images.map((image) => [fullRef(image.ref), image]))
  // With the name that was asked for: kubeadm and manifests do not always write docker.io.
  const named = (refs: readonly string[]): readonly Image[] =>
    refs.map((ref) => {
      const image = byName.get(fullRef(ref))
      if (!image)
        throw new CorruptError(english('no image {image} to put into the bundle', { image: ref }), {
          hint: 'klab bundle build',
        })
      return { ...image, ref }
    })
  const archives: Readonly<Record<string, readonly string[]>> = {
    [`k8s.${i.kubernetes}.tar`]: i.core.images,
    [`k8s.${i.kubernetes}.node.tar`]: i.core.nodeImages,
    ...Object.fromEntries(i.cni.filter((n) => n.images.length > 0).map((n) => [`cni.${n.name}.tar`, n.images])),
    ...Object.fromEntries((i.addons ?? []).map((a) => [addonArchive(a.name), imagesOfAddon(a)])),
    ...i.extra,
  }
  await mkdir(join(out, 'images'), { recursive: true })
  await mkdir(join(out, 'manifests'), { recursive: true })
  await timed(c, 'archives', async () => {
    for (const [name, refs] of Object.entries(archives))
      await writeArchive(c.exec, named(refs), { out: join(out, 'images', name), work, signal: c.signal })
  })
  for (const [name, file] of i.binaries) await addCopy(file, join(out, 'bin', name))
  for (const [name, file] of i.controlPlane ?? []) await addCopy(file, join(out, 'control-plane', name))
  for (const [name, file] of i.runtime ?? []) await addCopy(file, join(out, 'runtime', name))
  for (const [name, file] of i.packages ?? []) await addCopy(file, join(out, 'packages', name))
  for (const [name, file] of i.plugins) await addCopy(file, join(out, 'cni', name))
  for (const n of i.cni) await writeFile(join(out, 'manifests', `${n.name}.yaml`), n.manifest)
  const files = await timed(c, 'checksums', () => listBundleFiles(out))
  await writeBundleManifest(out, {
    format: 1,
    source: i.source,
    kubernetes: i.kubernetes,
    images: i.core.images,
    nodeImages: i.core.nodeImages,
    provenance: i.provenance,
    files,
  })
}

/** A copy, because klab must not change the mode of a downloaded file or of the user's. */
async function addCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
  await chmod(to, 0o755)
}
