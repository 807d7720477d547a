/** Whether a bundle has all that its Kubernetes version and pod network need. Checked before any machine is started. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { imagesOfAddon, type AddonRelease } from '../addons/addon.js'
import { CorruptError, StateError } from '../errors.js'
import { exists, readSmall } from '../host/files.js'
import { MOST_MANIFEST } from '../cluster/manifest-docs.js'
import { knownImages } from './expected.js'
import { verifyBundle } from './manifest.js'
import type { BundleManifest } from './manifest.js'
import { archiveRefs, bundleRefs } from './archive/archive-refs.js'
import type { BuildContext } from './jobs.js'
import { coreImages, lacking, imagesOf, type CoreImages } from './needs.js'
import { NODE_BINARIES, PROBE_REF } from './contents.js'
import { english } from '../words/say.js'

/** References in an archive of the bundle; none if it does not exist. */
async function refsIn(path: string): Promise<readonly string[]> {
  return (await exists(path)) ? archiveRefs(path) : []
}

/** What klab's table says; for a version that it does not know, what the maker of the bundle says. */
function coreOf(manifest: BundleManifest, report: (line: string) => void): CoreImages {
  if (knownImages(manifest.kubernetes)) return coreImages(manifest.kubernetes)
  report(`klab does not know which images Kubernetes ${manifest.kubernetes} needs; it uses the list in the manifest`)
  return manifest
}

/**
 * What a bundle lacks for these pod networks, one line each. Nothing in it is run. Throws CorruptError for damaged
 * archives.
 */
export async function bundleGaps(
  dir: string,
  manifest: BundleManifest,
  cni: readonly string[],
  c: Pick<BuildContext, 'report'>,
): Promise<readonly string[]> {
  const { kubernetes: version } = manifest
  const core = coreOf(manifest, c.report)
  const images = join(dir, 'images')
  const archives = [`k8s.${version}.tar`, `k8s.${version}.node.tar`] as const
  const [all, node] = await Promise.all(archives.map((name) => refsIn(join(images, name))))
  const others = (await readdir(images).catch(() => [])).filter(
    (name) => name.startsWith('cni.') || name === 'probe.tar',
  )
  const loaded = [...(all ?? []), ...(await Promise.all(others.map((name) => refsIn(join(images, name))))).flat()]
  const gaps = [
    ...lacking(core.images, all ?? []).map((ref) => `image ${ref} in images/${archives[0]}`),
    ...lacking(core.nodeImages, node ?? []).map((ref) => `image ${ref} in images/${archives[1]}`),
    ...lacking([PROBE_REF], loaded).map((ref) => `image ${ref} in images/probe.tar`),
  ]
  for (const name of cni) {
    const path = join(dir, 'manifests', `${name}.yaml`)
    if (!(await exists(path))) gaps.push(`manifests/${name}.yaml`)
    else
      gaps.push(
        ...lacking(imagesOf((await readSmall(path, MOST_MANIFEST))?.toString('utf8') ?? '', path), loaded).map(
          (ref) => `image ${ref} for ${name} in images/cni.${name}.tar`,
        ),
      )
  }
  for (const name of NODE_BINARIES) if (!(await exists(join(dir, 'bin', name)))) gaps.push(`bin/${name}`)
  return gaps
}

/** Compares every file with the manifest and returns the manifest. Throws CorruptError that names all that differ. */
export async function requireSums(dir: string, signal?: AbortSignal): Promise<BundleManifest> {
  const { manifest, problems } = await verifyBundle(dir, signal)
  if (problems.length > 0)
    throw new CorruptError(english('{dir}: {problems}', { dir, problems: problems.join('; ') }), {
      hint: english('copy the bundle again'),
    })
  return manifest
}

/** The images of add-ons that no archive of a bundle has, one line each. Throws CorruptError for damaged archives. */
export async function addonGaps(dir: string, addons: readonly AddonRelease[]): Promise<readonly string[]> {
  if (addons.length === 0) return []
  const there = await bundleRefs(dir)
  return addons.flatMap((a) => lacking(imagesOfAddon(a), there).map((ref) => `image ${ref} for ${a.name}`))
}

/** Throws CorruptError if a file is not what the manifest says, StateError that names all that is missing. */
export async function requireComplete(
  dir: string,
  { cni, addons }: { readonly cni: readonly string[]; readonly addons: readonly AddonRelease[] },
  c: BuildContext,
): Promise<void> {
  const manifest = await requireSums(dir, c.signal)
  const gaps = [...(await bundleGaps(dir, manifest, cni, c)), ...(await addonGaps(dir, addons))]
  if (gaps.length === 0) return
  const what = `Kubernetes ${manifest.kubernetes}${cni.length > 0 ? ` with ${cni.join(' and ')}` : ''}`
  const images = gaps.map((g) => `  ${g}`).join('\n')
  throw new StateError(english('{path}: lacks what {what} needs:\n{images}', { path: dir, what, images }), {
    hint: english('ask the person who made the bundle for a complete one (klab bundle verify shows the same there)'),
  })
}
