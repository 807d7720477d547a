/**
 * The pod network's manifest as this lab applies it, and whether the bundle has its images: both known before any
 * machine starts.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { archiveRefs } from '../bundle/archive/archive-refs.js'
import { ownManifest } from '../bundle/expected.js'
import { patchCalico } from '../cluster/calico-manifest.js'
import { fillFlannel } from '../cluster/flannel-manifest.js'
import { fullRef, manifestImages } from '../cluster/images.js'
import { CorruptError, StateError } from '../errors.js'
import { readText } from '../host/files.js'
import type { CniSpec, KubernetesSpec } from '../labfile/model.js'
import type { LabRun } from '../world.js'

/** The name of the lab's NIC in every guest (cloudinit room). */
export const LAB_NIC = 'lab0'

/** What a plan and a step call it: `flannel`, `calico`, `manifest`. */
export const cniName = (cni: CniSpec): string => (typeof cni === 'string' ? cni : 'name' in cni ? cni.name : 'manifest')

/** The same with what matters of it, for people. */
export const cniTitle = (cni: CniSpec): string =>
  typeof cni === 'string' ? cni : 'name' in cni ? `Calico ${cni.version} (${cni.encapsulation})` : cni.manifest

/**
 * The manifest, filled in for this lab; somebody's own is applied as it is. Throws CorruptError (bundle), UsageError
 * (the Labfile's file cannot be read).
 */
export async function cniManifest(run: LabRun, k: KubernetesSpec): Promise<string> {
  const { cni } = k
  if (typeof cni === 'object' && 'manifest' in cni) {
    return ownManifest(cni.manifest)
  }
  const name = cniName(cni)
  const bundle = await run.artifacts.bundle(() => undefined)
  const text = await readText(join(bundle?.dir ?? '', 'manifests', `${name}.yaml`))
  if (text === undefined)
    throw new CorruptError(`the bundle has no manifest for ${name}`, { hint: 'klab bundle verify' })
  if (typeof cni === 'string') return fillFlannel(text, k.podCidr, LAB_NIC)
  return patchCalico(text, {
    version: cni.version,
    encapsulation: cni.encapsulation,
    podCidr: k.podCidr,
    labCidr: run.lab.network.cidr,
    labNic: LAB_NIC,
    patient: run.profile.name === 'slow-host',
  })
}

/**
 * Throws StateError that names every image of the manifest that no archive of the bundle holds; what cniManifest
 * throws.
 */
export async function requireCniImages(run: LabRun, k: KubernetesSpec): Promise<void> {
  if (k.cni === 'none') return
  const wanted = manifestImages(await cniManifest(run, k))
  const bundle = await run.artifacts.bundle(() => undefined)
  const images = join(bundle?.dir ?? '', 'images')
  const archives = (await readdir(images)).filter((name) => name.endsWith('.tar'))
  const held = new Set((await Promise.all(archives.map((name) => archiveRefs(join(images, name))))).flat().map(fullRef))
  const missing = wanted.filter((ref) => !held.has(fullRef(ref)))
  if (missing.length > 0)
    throw new StateError(
      `the bundle lacks images that ${cniTitle(k.cni)} needs:\n${missing.map((ref) => `  ${ref}`).join('\n')}`,
      {
        hint: 'add them to one of the bundle’s image archives, or choose another kubernetes.cni',
      },
    )
}
