/** `klab cache`: what is in the cache, why, and what can be removed. */
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { IMAGES_TAR } from '../bundle/archive/import-archives.js'
import { StateError, UsageError } from '../errors.js'
import { acquireLock, type Lock } from '../host/lock.js'
import { diskUsage, removeTree } from '../host/tree.js'
import { parseSize } from '../labfile/size.js'
import { listCached, sealsOf } from '../sealed/cached.js'
import { cachePaths } from '../state/paths.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'
import { usesOfLabs } from './cache-uses.js'
import type { LabContext } from './context.js'

export type CacheKind =
  | 'bundle'
  | 'disk of a bundle'
  | 'disk image'
  | 'built part'
  | 'download'
  | 'build folder'
  | 'sealed lab'
  | 'added image'

export interface CacheEntry {
  /** File or folder. */
  readonly path: string
  readonly kind: CacheKind
  /** On disk; a file that several entries share counts in each. */
  readonly bytes: number
  /** When klab used it last, ISO 8601. */
  readonly usedAt: string
  /** Ids of labs that need it. */
  readonly labs: readonly string[]
  /** Why it is kept, in words. */
  readonly why: string
  /** When it would be removed, from 1; null: never, because a lab needs it. */
  readonly goes: number | null
}

const WHY: Readonly<Record<CacheKind, string>> = {
  'build folder': 'left by builds; made again when needed',
  download: 'would be downloaded again',
  'built part': 'would be built again',
  'disk of a bundle': 'would be made again, in a minute',
  bundle: 'would be built or downloaded again',
  'disk image': 'would be made again',
  'sealed lab': '`klab up` restores the lab from it',
  'added image': '`klab bundle add-images` would have to add it again',
}
/** What is removed first, by kind: what is cheapest to make again. */
const ORDER = Object.keys(WHY) as CacheKind[]

async function kindOfLayer(dir: string): Promise<CacheKind> {
  const files = await readdir(dir).catch((): string[] => [])
  if (files.includes('manifest.json')) return 'bundle'
  if (files.includes('bundle.iso')) return 'disk of a bundle'
  if (files.includes(IMAGES_TAR)) return 'added image'
  return files.some((f) => f.endsWith('.qcow2')) ? 'disk image' : 'built part'
}

type Found = Omit<CacheEntry, 'labs' | 'why' | 'goes' | 'usedAt'> & { readonly usedAt: number }

/** Files and folders directly in `dir`. */
async function inside(dir: string, kind: CacheKind): Promise<readonly Found[]> {
  const names = (await readdir(dir).catch(() => [])).filter((n) => !n.endsWith('.lock'))
  const all = names.map(async (name) => {
    const path = join(dir, name)
    const s = await stat(path).catch(() => undefined)
    return s ? [{ path, kind, bytes: await diskUsage(path), usedAt: s.mtimeMs }] : []
  })
  return (await Promise.all(all)).flat()
}

async function everything(world: World): Promise<readonly Found[]> {
  const { downloads } = cachePaths(world.roots)
  const layers = (await world.layers.list()).map(async (l) => ({
    path: l.dir,
    kind: await kindOfLayer(l.dir),
    bytes: l.bytes,
    usedAt: l.usedAt,
  }))
  const seals = (await sealsOf(world).list()).map((s) => ({
    path: s.dir,
    kind: 'sealed lab' as const,
    bytes: s.bytes,
    usedAt: s.usedAt,
  }))
  const rest = [inside(downloads, 'download'), inside(join(world.roots.cache, 'work'), 'build folder')]
  return [...(await Promise.all(layers)), ...seals, ...(await Promise.all(rest)).flat()]
}

/** Files in the cache that sealed labs need. */
async function heldBySeals(world: World): Promise<readonly string[]> {
  const images = (await listCached(world)).map((c) => c.image)
  return images.flatMap(({ disk, iso, boot, extra }) => [
    ...[disk, iso, ...(boot.kind === 'direct' ? [boot.kernel, boot.initrd] : [])].filter((f) => f !== undefined),
    ...(extra ?? []).map((h) => h.file),
  ])
}

/** All entries, the ones to remove first at the top. Throws HostError if klab cannot find out what labs need. */
export async function listCache(c: LabContext): Promise<readonly CacheEntry[]> {
  const world = await c.doors.world(undefined)
  const [found, uses, held] = await Promise.all([everything(world), usesOfLabs(c), heldBySeals(world)])
  const under = (path: string, files: Iterable<string>): boolean =>
    [...files].some((f) => f === path || f.startsWith(`${path}/`))
  const known = found.map((f) => {
    const labs = [...uses].flatMap(([id, files]) => (under(f.path, files) ? [id] : []))
    const sealed = under(f.path, held)
    // After the sealed labs: they are removed before the files that they need.
    const rank = ORDER.indexOf(f.kind) + (sealed ? ORDER.length : 0)
    const why = labs.length > 0 ? `used by ${labs.join(', ')}` : sealed ? 'a sealed lab needs it' : WHY[f.kind]
    return { entry: { ...f, labs, why }, rank }
  })
  const sorted = known.sort((a, b) => a.rank - b.rank || a.entry.usedAt - b.entry.usedAt).map((k) => k.entry)
  const free = sorted.filter((e) => e.labs.length === 0)
  const kept = sorted.filter((e) => e.labs.length > 0)
  return [...free, ...kept].map((e, i) => ({
    ...e,
    usedAt: new Date(e.usedAt).toISOString(),
    goes: i < free.length ? i + 1 : null,
  }))
}

/**
 * Does `work` while no klab works on a lab: it may be about to use something that no lab needs yet. Throws LockedError
 * if one does.
 */
async function whileIdle<T>(world: World, work: () => Promise<T>): Promise<T> {
  const dir = join(world.roots.state, 'locks')
  const holder = { verb: 'cache prune', pid: world.env.pid, since: world.clock.now() }
  const locks: Lock[] = []
  try {
    for (const name of await readdir(dir).catch(() => []))
      locks.push(await acquireLock(world.host, join(dir, name), holder))
    return await work()
  } finally {
    for (const lock of locks) await lock.release()
  }
}

export interface PruneRequest {
  /** Remove until the cache is no larger than this, such as `8GiB`; default: all that no lab needs. */
  readonly toSize?: string | undefined
  /** Asked with the list; false: StateError. */
  readonly confirm?: ((what: readonly CacheEntry[]) => boolean | Promise<boolean>) | undefined
}

/**
 * Removes what no lab needs, in the order of `list`. Throws StateError (answered no), LockedError if a klab works on a
 * lab, HostError.
 */
export async function pruneCache(
  c: LabContext,
  { toSize, confirm }: PruneRequest = {},
): Promise<{ readonly removed: readonly CacheEntry[]; readonly freedBytes: number }> {
  const mib = toSize === undefined ? 0 : parseSize(toSize)
  if (mib === undefined)
    throw new UsageError(english('cache prune: {toSize}: not a size, such as 8GiB or 500MiB', { toSize: toSize ?? '' }))
  const toBytes = mib * 2 ** 20
  const world = await c.doors.world(undefined)
  const all = await whileIdle(world, () => listCache(c))
  let left = all.reduce((sum, e) => sum + e.bytes, 0)
  const chosen = all.filter((e) => {
    if (e.goes === null || left <= toBytes) return false
    left -= e.bytes
    return true
  })
  if (chosen.length > 0 && confirm && !(await confirm(chosen))) throw new StateError(english('nothing was removed'))
  return whileIdle(world, async () => {
    // While the user was thinking about the question, a lab may have begun to use some of it.
    const needed = new Set((await listCache(c)).filter((e) => e.goes === null).map((e) => e.path))
    const removed = chosen.filter((e) => !needed.has(e.path))
    const before = await diskUsage(world.roots.cache)
    for (const e of removed) await removeEntry(world, e)
    return { removed, freedBytes: Math.max(0, before - (await diskUsage(world.roots.cache))) }
  })
}

async function removeEntry(world: World, { kind, path }: CacheEntry): Promise<void> {
  if (kind === 'sealed lab') await sealsOf(world).remove(basename(path))
  else if (kind === 'download') await rm(path, { recursive: true, force: true })
  else if (kind === 'build folder') await removeTree(world.host, path)
  else await world.layers.remove(basename(path))
}
