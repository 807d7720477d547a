/** Bundles of Kubernetes' programs and images: the one of a Labfile, and those in the cache. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { exportBundle, importBundle, verifyExport, type Exported } from '../bundle/archive/transfer.js'
import { eitherBundle } from '../bundle/choose.js'
import { bundleGaps } from '../bundle/completeness.js'
import { type BuiltBundle, verifyBundle } from '../bundle/manifest.js'
import { buildContext, listBundles, makeBundle, type ListedBundle } from '../bundle/ensure.js'
import type { BuildContext } from '../bundle/jobs.js'
import { UsageError } from '../errors.js'
import { bundleContext } from '../node-image/artifacts.js'
import { note } from '../report/events.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import { requireAddons } from './addon-check.js'
import type { LabContext } from './context.js'
import { readLab } from './open.js'
import { choiceLine, settleBundle } from './settle-bundle.js'

export interface VerifiedBundle {
  /** Folder or file. */
  readonly dir: string
  /** For a bundle in the cache. */
  readonly key?: string
  /** Empty: the bundle is complete and unchanged. */
  readonly problems: readonly string[]
}

const contextOf = (c: LabContext, world: World): BuildContext => buildContext(bundleContext(world, note(c.report)))

/** The Labfile's bundle, made if needed; undefined for plain VMs. Throws LabfileError, what its makers throw. */
export async function buildLabBundle(c: LabContext): Promise<BuiltBundle | undefined> {
  return (await make(c)).bundle
}

async function make(c: LabContext): Promise<{ bundle: BuiltBundle | undefined; world: World }> {
  const found = await readLab(c.doors.env, c.file)
  await requireAddons(found, c.doors.assets)
  const world = await c.doors.world(found.lab)
  const { lab, bundle: choice, record } = await settleBundle(world, found)
  const say = note(c.report)
  if (!lab.kubernetes) return { bundle: undefined, world }
  if (choice) say(choiceLine(choice))
  const { bundle } = await eitherBundle(lab.kubernetes, choice, {
    make: (k) => makeBundle(k, bundleContext(world, say)),
    // An existing lab keeps the bundle that it was made from.
    mayChange: () => Promise.resolve(record === undefined),
    say,
  })
  return { bundle, world }
}

/** What is in the cache, most recently used first. */
export async function cachedBundles(c: LabContext): Promise<readonly ListedBundle[]> {
  return listBundles((await c.doors.world(undefined)).layers)
}

/** Checks every sum of a folder, and whether it has the images that its version and pod networks need. Runs nothing. */
async function verifyFolder(c: LabContext, dir: string): Promise<VerifiedBundle> {
  const { manifest, problems } = await verifyBundle(dir, c.doors.signal)
  const cni = manifest.files.flatMap((f) => /^manifests\/(.+)\.yaml$/.exec(f.path)?.[1] ?? [])
  const gaps = problems.length > 0 ? [] : await bundleGaps(dir, manifest, cni, { report: note(c.report) })
  return { dir, problems: [...problems, ...gaps.map((g) => `lacks ${g}`)] }
}

/**
 * Checks an exported file, a folder, or (undefined) every bundle in the cache against its manifest. Throws UsageError;
 * CorruptError for a damaged file.
 */
export async function verifyBundles(c: LabContext, path?: string): Promise<readonly VerifiedBundle[]> {
  if (path === undefined) {
    const checked: VerifiedBundle[] = []
    // One after the other: they share one disk.
    for (const b of await cachedBundles(c)) checked.push({ ...(await verifyFolder(c, b.dir)), key: b.key })
    return checked
  }
  const at = resolve(c.doors.env.cwd, path)
  const s = await stat(at).catch(() => undefined)
  if (!s)
    throw new UsageError(english('{path}: no such file or folder', { path }), {
      hint: 'klab bundle verify checks what is in the cache',
    })
  if (s.isDirectory()) return [await verifyFolder(c, at)]
  await verifyExport(at, c.doors.signal)
  return [{ dir: at, problems: [] }]
}

/** Writes the Labfile's bundle into a file. Throws UsageError, LabfileError, StateError if the file exists. */
export async function exportLabBundle(c: LabContext, path: string): Promise<Exported> {
  const { bundle, world } = await make(c)
  if (!bundle)
    throw new UsageError(english('the Labfile has no Kubernetes, so there is no bundle to export'), {
      hint: 'klab -f LABFILE bundle export FILE',
    })
  return exportBundle(bundle, resolve(c.doors.env.cwd, path), contextOf(c, world))
}

/**
 * Imports an exported file into the cache. `sha256`: the sum that the whole file must have. Throws UsageError,
 * CorruptError.
 */
export async function importToCache(
  c: LabContext,
  path: string,
  o: { readonly sha256?: string | undefined } = {},
): Promise<BuiltBundle> {
  if (o.sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(o.sha256))
    throw new UsageError(english('--sha256: must be the 64 hex digits that klab bundle export printed'), {
      hint: `klab bundle import ${path} --sha256 …`,
    })
  const world = await c.doors.world(undefined)
  const at = resolve(c.doors.env.cwd, path)
  if (!(await stat(at).catch(() => undefined))?.isFile())
    throw new UsageError(english('{path}: no such file', { path }), { hint: 'klab bundle import FILE' })
  return importBundle(at, o.sha256?.toLowerCase(), contextOf(c, world))
}
