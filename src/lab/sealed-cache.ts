/**
 * `klab up --seal`, and the `up` that uses its result: a Ready lab in the cache for exactly this Labfile, bundle, node
 * image and klab.
 */
import { StateError } from '../errors.js'
import type { Accel } from '../hypervisor/types.js'
import { nodeImageKey } from '../node-image/bake.js'
import type { LabRun, World } from '../world.js'
import { adoptCached, keepCached, listCached, sealsOf, type Found } from '../sealed/cached.js'
import { diskOnlyReason } from '../sealed/fit.js'
import { remove } from '../snapshot/remove.js'
import { save } from '../snapshot/save.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { digestOf } from '../host/digest.js'
import type { Digest } from '../host/digest.js'
import { listExtraImages } from '../state/extra-images.js'
import { VERSION } from '../version.js'
import type { OpenLab } from './open.js'
import { API_TIMEOUT_MS, askReadiness, askUnless } from '../api/readiness.js'
import { english } from '../words/say.js'
import { createRun, makeFolders, newRecord } from './up-phases.js'
import { withLab } from './with-lab.js'

/** Must be raised if the format of what is kept changes. */
const FORMAT = 1

/** Everything that determines a Ready lab. */
export async function sealKey(run: LabRun): Promise<Digest> {
  const { hypervisor } = run.world
  const recipe = await run.artifacts.recipe()
  const extra = (await listExtraImages(run.paths, run.record)).map((h) => h.sha256)
  return digestOf({
    kind: 'sealed-lab',
    format: FORMAT,
    klab: VERSION,
    image: await nodeImageKey(run),
    scripts: Object.fromEntries(recipe.scripts.files),
    settings: recipe.settings,
    lab: run.lab,
    uri: hypervisor.uri,
    accel: run.accel,
    qemu: (await hypervisor.abilities(run.accel)).qemu,
    ...(extra.length > 0 && { extra }),
  })
}

/**
 * Keeps a lab in the cache, once, if all its nodes are Ready. It pauses the lab like any snapshot, but leaves no
 * snapshot in it. Returns the folder in the cache. Throws StateError.
 */
export async function sealLab(
  lab: LockedLab,
  open: OpenLab,
  keyOf: typeof sealKey = sealKey,
): Promise<{ readonly dir: string; readonly fresh: boolean }> {
  const { world, record } = lab
  const key = await keyOf(createRun(world, open, record, 'ready'))
  const there = await sealsOf(world).get(key)
  if (there !== undefined) return { dir: there, fresh: false }
  const total = record.lab.nodes.length
  const { ready } = await askReadiness(lab.paths, world.clock, API_TIMEOUT_MS, askUnless(world.signal))
  const names = Object.keys(ready ?? {}).filter((n) => ready?.[n])
  if (record.completedUntil !== 'ready' || names.length !== total)
    throw new StateError(
      english('{length} of {total} nodes are Ready; only a lab whose nodes are all Ready can be sealed', {
        length: names.length,
        total,
      }),
      {
        hint: 'klab up --seal',
      },
    )
  const manifest = await save(lab, { name: 'sealed', message: 'for the cache', kind: 'auto' })
  try {
    // A busy API server may not have said it again within the 3 s of the save.
    return { dir: await keepCached(lab, { ...manifest, ready: names }, key), fresh: true }
  } finally {
    await remove(lab, manifest)
  }
}

/**
 * The cached lab for this Labfile; undefined: there is none, or its RAM cannot be used here. Builds nothing to find
 * out.
 */
export async function findSealed(world: World, open: OpenLab, accel: Accel): Promise<Found | undefined> {
  const model = digestOf(open.lab)
  const alike = (await listCached(world)).filter(
    (c) => digestOf(c.facts.lab.model) === model && c.facts.host.accel === accel,
  )
  if (alike.length === 0) return undefined
  const key = await sealKey(createRun(world, open, await newRecord(world, open, accel), 'ready'))
  const found = alike.find((c) => c.key === key)
  if (!found) return undefined
  const able = await world.hypervisor.abilities(accel, found.facts.host.ram?.machine)
  return diskOnlyReason(found.facts, { accel, able }, { diskOnly: false }) === undefined ? found : undefined
}

/** Makes the lab from it, halted, under the lab's lock; undefined if another klab was faster. */
export async function takeSealed(
  world: World,
  open: OpenLab,
  found: Found,
  accel: Accel,
): Promise<Manifest | undefined> {
  await makeFolders(world, open)
  return withLab(world, open.paths, { name: 'up' }, async (existing) => {
    if (existing || (await world.hypervisor.owned(open.id)).length > 0) return undefined
    return adoptCached(world, open.paths, found, await newRecord(world, open, accel))
  })
}
