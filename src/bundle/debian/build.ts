/** A bundle from Debian's packages, made once and kept in the cache. */
import { chmod, copyFile, link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listBundleFiles, readManifest, writeBundleManifest, type BuiltBundle } from '../manifest.js'
import { debianArch } from '../arch.js'
import { flannelManifest, flannelPath, NODE_BINARIES } from '../contents.js'
import { digestOf } from '../../host/digest.js'
import type { Digest } from '../../host/digest.js'
import { folderDigest, programKey } from '../source/go.js'
import { writeImages } from './images.js'
import { inWorkFolder, timed, type BuildContext } from '../jobs.js'
import { kubernetesKey } from './kubernetes.js'
import { getParts, requireTools, type Parts } from './parts.js'
import { flannelRef, imageRefs, nodeImageRefs, recipeOf, RECIPE_VERSION, type DebianRecipe } from './recipe.js'

export interface BundleSpec {
  readonly version: string
  readonly source: 'debian'
}

/**
 * The bundle's key: recipe, pins and klab's own files. The mirror's package versions are not part of it, so a new
 * package never causes a rebuild.
 */
export async function bundleKey(assets: string, r: DebianRecipe, arch: string): Promise<Digest> {
  const programs = await Promise.all([r.crictl, r.coredns, r.flannel].map((p) => programKey(assets, p, r.go, arch)))
  return digestOf({
    format: RECIPE_VERSION,
    kind: 'bundle',
    source: 'debian',
    recipe: r,
    arch,
    kubernetes: kubernetesKey(r, arch),
    programs,
    pause: await folderDigest(join(assets, 'cloud-init', 'bundle', 'pause')),
    flannel: await readFile(flannelPath(assets), 'utf8'),
  })
}

/**
 * The bundle of this Kubernetes version, from the cache or built (7 minutes on two cores with an empty cache; the
 * compile has its own cache entry). Throws UsageError (unknown version), HostError, CommandError (the hint names the
 * log), Interrupted.
 */
export async function buildBundle(spec: BundleSpec, c: BuildContext): Promise<BuiltBundle> {
  const recipe = recipeOf(spec.version)
  const arch = debianArch()
  const key = await bundleKey(c.assets, recipe, arch)
  const cached = (await c.layers.get(key)) !== undefined
  const options = { ...(c.signal && { signal: c.signal }), onWait: c.report }
  const dir = await c.layers.build(key, (out) => make(c, recipe, { arch, key, out }), options)
  return { dir, key, manifest: await readManifest(dir), cached }
}

async function make(
  c: BuildContext,
  r: DebianRecipe,
  { arch, key, out }: { readonly arch: string; readonly key: Digest; readonly out: string },
): Promise<void> {
  await requireTools(c)
  const logs = join(c.workDir, 'logs', `bundle-${key.slice(0, 12)}`)
  await rm(logs, { recursive: true, force: true })
  await inWorkFolder(c, key, async (work) => {
    const parts = await getParts(c, r, { arch, work, logs })
    await timed(c, 'images', () =>
      writeImages(r, parts, join(out, 'images'), { exec: c.exec, work, arch, ...(c.signal && { signal: c.signal }) }),
    )
    await addFiles(c, r, parts, out)
    const files = await timed(c, 'checksums', () => listBundleFiles(out))
    await writeBundleManifest(out, {
      format: 1,
      source: 'debian',
      kubernetes: r.kubernetes,
      images: imageRefs(r),
      nodeImages: nodeImageRefs(r),
      provenance: parts.provenance,
      files,
    })
  })
}

/** Binaries, CNI plugins and manifests. */
async function addFiles(c: BuildContext, r: DebianRecipe, parts: Parts, out: string): Promise<void> {
  for (const name of NODE_BINARIES) await addBinary(join(parts.kubernetes, name), join(out, 'bin', name))
  await addBinary(parts.crictl, join(out, 'bin', 'crictl'))
  for (const name of await readdir(parts.cni)) await addBinary(join(parts.cni, name), join(out, 'cni', name))
  await mkdir(join(out, 'manifests'))
  await writeFile(join(out, 'manifests', 'flannel.yaml'), await flannelManifest(c.assets, flannelRef(r)))
}

/**
 * Layers never change, so one image's layers are linked into another's: this saves 200 MB. A copy if links are not
 * possible.
 */
async function addBinary(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await link(from, to).catch(() => copyFile(from, to))
  await chmod(to, 0o755)
}
