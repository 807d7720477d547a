/**
 * Checks the promise of a lab without internet: nothing in it makes a node download anything while it runs. The
 * Labfile's own rules check the settings (labfile/check-offline.ts). This file checks the user's own manifest.
 */
import { knownRefs } from '../bundle/cached-bundle.js'
import { ownManifest } from '../bundle/expected.js'
import { lacking } from '../bundle/needs.js'
import { fetchWords, hasDigest, manifestFetches } from '../cluster/image-uses.js'
import { manifestImages } from '../cluster/images.js'
import { LabfileError } from '../errors.js'
import { readLabfile } from '../labfile/read.js'
import { fieldName, readSource } from '../labfile/source.js'
import { bundleContext } from '../node-image/artifacts.js'
import type { World } from '../world.js'
import type { OpenLab } from './open.js'
import { english, series } from '../words/say.js'

const FIELD = ['kubernetes', 'cni', 'manifest'] as const

/**
 * Throws LabfileError with all that the user's manifest makes nodes download, and with the images that the bundle
 * lacks; UsageError if the manifest cannot be read. Makes and downloads nothing to find out.
 */
export async function requireOffline(world: World, { lab, labfile }: Pick<OpenLab, 'lab' | 'labfile'>): Promise<void> {
  const k = lab.kubernetes
  if (typeof k?.cni !== 'object' || !('manifest' in k.cni)) return
  const text = await ownManifest(k.cni.manifest)
  const fetches = lab.network.internet ? [] : manifestFetches(text).map(fetchWords)
  const wanted = manifestImages(text).filter((ref) => !hasDigest(ref))
  const held = await knownRefs(
    k,
    bundleContext(world, () => undefined),
  )
  const missing = lacking(wanted, held ?? wanted).map((image) => english('{image}: the bundle lacks it', { image }))
  if (fetches.length + missing.length === 0) return
  const source = readSource((await readLabfile(labfile)).text)
  throw new LabfileError(
    labfile,
    [...fetches, ...missing].map((message) => ({ field: fieldName(FIELD), message, ...source.place(FIELD) })),
    {
      hint: series([
        ...(fetches.length > 0
          ? [english('change the manifest (the nodes have no internet), or set network.internet: true')]
          : []),
        ...(missing.length > 0 ? [english('add the images to the bundle')] : []),
      ]),
    },
  )
}
