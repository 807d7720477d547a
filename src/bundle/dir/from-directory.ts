/** A bundle from the user's own folder: klab checks it, adds nothing to it, and puts it into its own layout. */
import { join, relative } from 'node:path'
import { imagesOfAddon, type AddonRelease } from '../../addons/addon.js'
import { fullRef } from '../../cluster/images.js'
import { MOST_MANIFEST } from '../../cluster/manifest-docs.js'
import { StateError } from '../../errors.js'
import { readSmall } from '../../host/files.js'
import { readManifest, type BuiltBundle } from '../manifest.js'
import { digestOf, type Digest } from '../../host/digest.js'
import { addonsInKey } from '../addons-in-key.js'
import { assemble, type BundledCni } from '../assemble.js'
import { debianArch } from '../arch.js'
import { flannelManifest, PROBE_REF } from '../contents.js'
import type { Image } from '../archive/docker-archive.js'
import { takeFiles } from '../archive/take-files.js'
import { checkSums, isPlugin, listFolder, missingFiles, sortFolder, type SortedFolder, type Unused } from './folder.js'
import { parseRef, shortName } from '../archive/image-ref.js'
import { inWorkFolder, type BuildContext } from '../jobs.js'
import { networkTitle, type PodNetwork } from '../expected.js'
import { coreImages, imagesOf, loadableImages } from '../needs.js'
import { pluginsIn } from '../online/packages.js'
import { stageImage, type UnstagedImage } from '../archive/stage.js'
import { english } from '../../words/say.js'

/** Raise this number if the way such a bundle is made changes. */
const FORMAT = 3

export interface DirectorySpec {
  readonly path: string
  readonly version: string
  readonly cni: readonly PodNetwork[]
  /** Add-ons whose images must be there. */
  readonly addons?: readonly AddonRelease[]
}

/**
 * The bundle made from a folder that has no bundle manifest; taken from the cache if no file of it has changed. Throws
 * StateError that names every missing image and file, CorruptError for damaged ones, CommandError, Interrupted.
 */
export async function directoryBundle(s: DirectorySpec, c: BuildContext): Promise<BuiltBundle> {
  const arch = debianArch()
  const { files, skipped } = await listFolder(s.path)
  const flannel = await flannelManifest(c.assets, '')
  const { addons, ...plain } = s
  const keyOf = (of: readonly AddonRelease[] = []): Digest =>
    digestOf({ format: FORMAT, kind: 'handed', ...plain, ...addonsInKey(of), arch, files, flannel })
  const key = keyOf(addons)
  const cached = (await c.layers.get(key)) !== undefined
  const make = (out: string): Promise<void> =>
    inWorkFolder(c, key, async (work) => {
      await checkSums(s.path, files, c.signal)
      const sorted = await sortFolder(s.path, files, arch)
      tellUnused([...skipped, ...sorted.unused, ...unusedManifests(s, sorted)], c.report)
      await fill(s, c, { sorted, arch, out, work })
    })
  const dir = await c.layers.build(key, make, { ...(c.signal && { signal: c.signal }), onWait: c.report })
  return { dir, key, ...(addons && { plainKey: keyOf() }), manifest: await readManifest(dir), cached }
}

/** Manifests that no network of the Labfile needs. */
const unusedManifests = (s: DirectorySpec, h: SortedFolder): readonly Unused[] =>
  [...h.manifests]
    .filter(([name]) => !(/^calico\.ya?ml$/.test(name) && s.cni.some((n) => n.name === 'calico')))
    .map(([, path]) => ({
      path: relative(s.path, path),
      why: english('is not a manifest that the Labfile’s kubernetes.cni asks for'),
    }))

/** Lines shown: a completely wrong folder can have thousands. */
const MOST_LINES = 30

function tellUnused(unused: readonly Unused[], report: (line: string) => void): void {
  for (const { path, why } of unused.slice(0, MOST_LINES)) report(`not used: ${path}: ${why}`)
  if (unused.length > MOST_LINES) report(`not used: ${unused.length - MOST_LINES} more files`)
}

async function fill(
  s: DirectorySpec,
  c: BuildContext,
  {
    sorted: h,
    arch,
    out,
    work,
  }: { readonly sorted: SortedFolder; readonly arch: string; readonly out: string; readonly work: string },
): Promise<void> {
  const plugins =
    h.pluginArchive === undefined
      ? h.plugins
      : new Map([...(await unpackPlugins(c, h.pluginArchive, arch, work)), ...h.plugins])
  const { named, find, core, cni, probe, wanted, missing } = await survey(s, c.assets, h, plugins)
  if (missing.length > 0) throw incomplete(s, missing, h.compressed)

  const images: Image[] = []
  const stage = async (image: UnstagedImage | undefined, ref: string): Promise<void> => {
    if (image) images.push(await stageImage({ ...image, ref }, arch, work))
  }
  for (const ref of new Set(wanted)) await stage(find(ref), ref)
  await stage(probe, PROBE_REF)
  // Other images in the archives were put there on purpose, so they go onto the nodes too.
  const used = new Set([...wanted, PROBE_REF, probe?.ref ?? ''].map(fullRef))
  const rest = [
    ...new Map(
      named
        .filter((i) => !used.has(fullRef(i.ref)) && !wanted.some((ref) => sameOnMirror(i.ref, ref)))
        .map((i) => [fullRef(i.ref), i]),
    ).values(),
  ]
  for (const image of rest) await stage(image, image.ref)
  const extra = { 'probe.tar': [PROBE_REF], ...(rest.length > 0 && { 'cni.extra.tar': rest.map((i) => i.ref) }) }
  const provenance = Object.fromEntries(
    images.map((i) => {
      // From the folder on: its place on its maker's machine is private.
      const where = find(i.ref)?.where ?? (i.ref === PROBE_REF ? probe?.where : undefined)
      return [i.ref, where === undefined ? 'handed' : relative(s.path, where)]
    }),
  )
  await assemble(
    c,
    {
      source: 'dir',
      kubernetes: s.version,
      core,
      binaries: h.programs,
      plugins,
      runtime: h.runtime,
      packages: h.packages,
      cni: cni.networks,
      addons: s.addons,
      images,
      provenance,
      extra,
    },
    out,
    work,
  )
}

/** What a sorted folder has of what this version and these networks need, and what is missing, one line each. */
async function survey(s: DirectorySpec, assets: string, h: SortedFolder, plugins: ReadonlyMap<string, string>) {
  const named = h.images.flatMap((image) => image.refs.map((ref): UnstagedImage => ({ ...image, ref })))
  const find = (ref: string): UnstagedImage | undefined =>
    named.find((i) => fullRef(i.ref) === fullRef(ref)) ?? named.find((i) => sameOnMirror(i.ref, ref))
  const core = coreImages(s.version)
  const cni = await podNetworks(s, assets, h, named)
  const probe = find(PROBE_REF) ?? named.find((i) => shortName(i.ref) === 'busybox')
  const wanted = [...core.images, ...cni.networks.flatMap((n) => n.images), ...(s.addons ?? []).flatMap(imagesOfAddon)]
  const flannel = s.cni.some((n) => n.name === 'flannel')
  const missing = [
    ...wanted.filter((ref) => !find(ref)).map((ref) => `image ${ref}`),
    ...(probe ? [] : [`image ${PROBE_REF} (any busybox will do: klab tests the pod network with it)`]),
    ...cni.missing,
    ...missingFiles(h, plugins, flannel),
  ]
  return { named, find, core, cni, probe, wanted, missing }
}

/**
 * Looks through a folder without making anything from it: for `plan` and `validate`. It does not check what is in an
 * archive of CNI plugins. Throws what directoryBundle throws.
 */
export async function requireContents(s: DirectorySpec, assets: string): Promise<void> {
  const h = await sortFolder(s.path, (await listFolder(s.path)).files, debianArch())
  const { missing } = await survey(s, assets, h, h.plugins)
  const lacks = h.pluginArchive === undefined ? missing : missing.filter((m) => !m.startsWith('CNI plugin '))
  if (lacks.length > 0) throw incomplete(s, lacks, h.compressed)
}

/**
 * The course's mirror has kubeadm's images all in google_containers (2.7.2). If they were saved without a `docker tag`,
 * they are still the same images.
 */
function sameOnMirror(name: string, wanted: string): boolean {
  const [a, b] = [parseRef(name), parseRef(wanted)]
  return (
    /(?:^|\/)google_containers\//.test(a?.path ?? '') &&
    /^(?:k8s\.gcr\.io|registry\.k8s\.io)$/.test(b?.host ?? '') &&
    shortName(name) === shortName(wanted) &&
    a?.tag === b?.tag
  )
}

/** The networks with their manifests and images, and what they lack. */
async function podNetworks(
  s: DirectorySpec,
  assets: string,
  h: SortedFolder,
  named: readonly UnstagedImage[],
): Promise<{ networks: readonly BundledCni[]; missing: readonly string[] }> {
  const networks: BundledCni[] = []
  const missing: string[] = []
  for (const n of s.cni) {
    if (n.name === 'manifest') networks.push({ name: n.name, manifest: n.text, images: loadableImages(n.text, n.path) })
    else if (n.name === 'flannel') {
      // The plugin's own image has another name: flannel-cni-plugin.
      const image = named.find(
        (i) => shortName(i.ref) === 'flannel' || shortName(i.ref) === 'mirrored-flannelcni-flannel',
      )
      if (image)
        networks.push({ name: n.name, manifest: await flannelManifest(assets, image.ref), images: [image.ref] })
      else missing.push('image flannel (quay.io/coreos/flannel or docker.io/flannel/flannel, any tag)')
    } else {
      const file = h.manifests.get('calico.yaml') ?? h.manifests.get('calico.yml')
      const manifest = file && (await readSmall(file, MOST_MANIFEST))?.toString('utf8')
      if (file === undefined || manifest === undefined) missing.push('manifest calico.yaml')
      else networks.push({ name: n.name, manifest, images: imagesOf(manifest, file) })
    }
  }
  return { networks, missing }
}

async function unpackPlugins(
  c: BuildContext,
  archive: string,
  arch: string,
  work: string,
): Promise<ReadonlyMap<string, string>> {
  const dir = join(work, 'plugins')
  await takeFiles(archive, dir, isPlugin, c.signal)
  return pluginsIn(dir, arch)
}

function incomplete(s: DirectorySpec, missing: readonly string[], compressed: readonly string[] = []): StateError {
  const what = `Kubernetes ${s.version}${s.cni.length > 0 ? ` with ${s.cni.map(networkTitle).join(' and ')}` : ''}`
  return new StateError(
    english('{path}: lacks what {what} needs:\n{images}', {
      path: s.path,
      what,
      images: missing.map((m) => `  ${m}`).join('\n'),
    }),
    {
      hint:
        compressed.length > 0
          ? english('unpack what is compressed: {files}', { files: compressed.join(', ') })
          : english('add it (docker save -o FILE IMAGE…), or make a complete bundle where there is internet: {how}', {
              how: english('bundle: upstream, then klab bundle export FILE'),
            }),
    },
  )
}
