/**
 * The pod network's manifest as this lab applies it, and whether the bundle has its images. Both are known before any
 * machine starts.
 */
import { join } from 'node:path'
import { bundleRefs } from '../bundle/archive/archive-refs.js'
import { ownManifest } from '../bundle/expected.js'
import { lacking } from '../bundle/needs.js'
import { calicoRelease, patchCalico } from '../cluster/calico-manifest.js'
import { calicoProblem } from '../versions/calico.js'
import { minorOf } from '../versions/kubernetes.js'
import { fillFlannel } from '../cluster/flannel-manifest.js'
import { fetchWords, hasDigest, manifestFetches } from '../cluster/image-uses.js'
import { manifestImages } from '../cluster/images.js'
import { CorruptError, StateError } from '../errors.js'
import { readText } from '../host/files.js'
import type { CniSpec, KubernetesSpec } from '../labfile/model.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/**
 * What klab says about the Calico of a user's folder: which release it is, and whether its makers support it for this
 * Kubernetes.
 */
function takenLine(images: readonly string[], kubernetes: string): string {
  const release = calicoRelease(images) ?? ''
  const problem = calicoProblem(release, minorOf(kubernetes))
  return problem === undefined
    ? english('the folder’s calico.yaml is Calico {release}: used', { release })
    : english('the folder’s calico.yaml is Calico {release}: used, although {problem}', { release, problem })
}

/** The name of the lab's NIC in every guest (cloudinit room). */
export const LAB_NIC = 'lab0'

/** Its name in a plan and in a step: `flannel`, `calico`, `manifest`. */
export const cniName = (cni: CniSpec): string => (typeof cni === 'string' ? cni : 'name' in cni ? cni.name : 'manifest')

/** The same with the important settings, for people. */
export const cniTitle = (cni: CniSpec): string =>
  typeof cni === 'string'
    ? cni
    : 'name' in cni
      ? cni.version === ''
        ? english('Calico of the folder ({encapsulation})', { encapsulation: cni.encapsulation })
        : `Calico ${cni.version} (${cni.encapsulation})`
      : cni.manifest

/** Calico's is 350 KB of YAML, and three phases ask for it. */
const made = new WeakMap<LabRun, Promise<string>>()

/**
 * The manifest, filled in for this lab, once in a run. The user's own manifest is applied unchanged. Throws
 * CorruptError (bundle), UsageError (the Labfile's file cannot be read).
 */
export function cniManifest(run: LabRun, k: KubernetesSpec): Promise<string> {
  const kept = made.get(run)
  if (kept) return kept
  const text = makeManifest(run, k)
  made.set(run, text)
  // After a failure it may be made again.
  text.catch(() => made.delete(run))
  return text
}

async function makeManifest(run: LabRun, k: KubernetesSpec): Promise<string> {
  const { cni } = k
  if (typeof cni === 'object' && 'manifest' in cni) {
    return ownManifest(cni.manifest)
  }
  const name = cniName(cni)
  const bundle = await run.artifacts.bundle(() => undefined)
  const text = await readText(join(bundle?.dir ?? '', 'manifests', `${name}.yaml`))
  if (text === undefined)
    throw new CorruptError(english('the bundle has no manifest for {name}', { name }), { hint: 'klab bundle verify' })
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
 * Throws StateError that names every image of the manifest that is in no archive of the bundle, and (without internet)
 * all else that nodes would download; what cniManifest throws. `line`: gets the Calico release of a user's folder, if
 * the Labfile names none.
 */
export async function requireCniImages(
  run: LabRun,
  k: KubernetesSpec,
  line: (text: string) => void = () => undefined,
): Promise<void> {
  if (k.cni === 'none') return
  const text = await cniManifest(run, k)
  const fetches = run.lab.network.internet ? [] : manifestFetches(text)
  if (fetches.length > 0)
    throw new StateError(
      english('{cni} makes nodes fetch, and they have no internet:\n  {fetches}', {
        cni: cniTitle(k.cni),
        fetches: fetches.map(fetchWords).join('\n  '),
      }),
      { hint: english('change the manifest, or set network.internet: true') },
    )
  // With internet, nodes download an image by its digest. No archive can hold a digest.
  const images = manifestImages(text)
  const wanted = images.filter((ref) => !hasDigest(ref))
  if (typeof k.cni === 'object' && 'name' in k.cni && k.cni.version === '') line(takenLine(images, k.version))
  const bundle = await run.artifacts.bundle(() => undefined)
  const missing = lacking(wanted, await bundleRefs(bundle?.dir ?? ''))
  if (missing.length > 0)
    throw new StateError(
      english('the bundle lacks images that {cni} needs:\n{images}', {
        cni: cniTitle(k.cni),
        images: missing.map((ref) => `  ${ref}`).join('\n'),
      }),
      {
        hint: english('add them to one of the bundle’s image archives, or choose another kubernetes.cni'),
      },
    )
}
