/**
 * What the user's own folder (`bundle: {dir: PATH}`) lacks, found out before anything is made: for `validate` and
 * `plan`.
 */
import { releasesFor } from '../addons/addon.js'
import { requireContents } from '../bundle/dir/from-directory.js'
import { addonGaps, bundleGaps } from '../bundle/completeness.js'
import { networksOf } from '../bundle/expected.js'
import { readManifest } from '../bundle/manifest.js'
import { KlabError, LabfileError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import type { Lab, KubernetesSpec } from '../labfile/model.js'
import { placeOf } from '../labfile/places.js'
import { english } from '../words/say.js'
import { join } from 'node:path'

/** Throws StateError, CorruptError with what is wrong. Sums are compared later, when the bundle is made. */
async function look(k: KubernetesSpec, path: string, assets: string): Promise<void> {
  const cni = k.cni === 'none' ? [] : await networksOf(k.cni, k.version)
  const addons = await releasesFor(assets, k)
  if (!(await exists(join(path, 'manifest.json'))))
    return requireContents({ path, version: k.version, cni, addons }, assets)
  const manifest = await readManifest(path)
  if (manifest.kubernetes !== k.version)
    throw new StateError(
      english('holds Kubernetes {kubernetes}, the Labfile wants {version}', {
        kubernetes: manifest.kubernetes,
        version: k.version,
      }),
      {
        hint: english('set kubernetes.version to {kubernetes}', { kubernetes: manifest.kubernetes }),
      },
    )
  const names = cni.flatMap((n) => (n.name === 'manifest' ? [] : [n.name]))
  const gaps = [
    ...(await bundleGaps(path, manifest, names, { report: () => undefined })),
    ...(await addonGaps(path, addons)),
  ]
  if (gaps.length > 0)
    throw new StateError(english('lacks what it needs:\n{gaps}', { gaps: gaps.map((g) => `  ${g}`).join('\n') }))
}

/** Throws LabfileError at the folder's place in the Labfile if it does not have all that this version needs. */
export async function requireFolder(lab: Lab, labfile: string, assets: string): Promise<void> {
  const k = lab.kubernetes
  if (k?.bundle.source !== 'dir') return
  const { path } = k.bundle
  try {
    await look(k, path, assets)
  } catch (error) {
    if (!(error instanceof KlabError)) throw error
    const field = ['kubernetes', 'bundle', 'dir']
    const said = error.message.startsWith(`${path}: `) ? error.message : `${path}: ${error.message}`
    throw new LabfileError(labfile, [await placeOf(labfile, field, said)], {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
}
