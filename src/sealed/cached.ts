/**
 * Sealed labs in the cache: folders, complete or absent, whose disks and RAM are used in place. Nothing in a lab ever
 * removes one of their files.
 */
import { chmod, constants, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists, readJson } from '../host/files.js'
import type { World } from '../world.js'
import { kubeconfigOf, memoryOf, newId } from '../snapshot/manifest.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { createLayers } from '../cache/layers.js'
import { cachePaths, type LabPaths } from '../state/paths.js'
import type { LabRecord, SealedImage } from '../state/record.js'
import type { Digest } from '../host/digest.js'
import type { Layers } from '../cache/types.js'
import { installLab, openStaging } from './adopt.js'
import { factsOf, imageOf } from './contents.js'
import { checkRoom } from './export.js'
import { collapseOnto, linkFile } from './disks.js'
import { placeInLab } from './import.js'
import { FACTS, KEY, KUBECONFIG, PUBLIC_KEY, nodeFile } from './names.js'
import type { SealedFacts } from './types.js'

/** The content of its seal.json. klab wrote it itself, so it is not checked like that of a file. */
export interface CachedSeal {
  readonly facts: SealedFacts
  readonly image: SealedImage
  /** The lab whose machines are in the RAM images. For that lab they need no change. */
  readonly machinesOf: string
}

export interface Found extends CachedSeal {
  readonly key: Digest
  readonly dir: string
}

/** The sealed labs of this cache. */
export const sealsOf = (world: World): Layers =>
  createLayers({
    dir: cachePaths(world.roots).seals,
    exec: world.host,
    clock: world.clock,
    dirMode: world.roots.dirMode,
    holder: { verb: 'up --seal', pid: world.env.pid },
  })

/** All that can be read. */
export async function listCached(world: World): Promise<readonly Found[]> {
  const found: Found[] = []
  for (const { key, dir } of await sealsOf(world).list()) {
    const data = (await readJson(join(dir, FACTS))) as Partial<CachedSeal> | undefined
    if (data?.facts?.format === 1 && data.image && data.machinesOf !== undefined)
      found.push({ ...(data as CachedSeal), key, dir })
  }
  return found
}

/**
 * Puts a snapshot with RAM into the cache under `key`, once, because labs may use what is there. Its files are hard
 * links, so this takes no time and no room. Returns its folder.
 */
export async function keepCached(lab: LockedLab, manifest: Manifest, key: Digest): Promise<string> {
  const { world, paths, record } = lab
  const { image } = await imageOf(lab, manifest.nodes[0]?.disk.path ?? '')
  const facts: SealedFacts = {
    ...(await factsOf(lab, manifest)),
    image: { boot: { kind: 'disk' }, files: [] },
    files: [],
  }
  return sealsOf(world).build(
    key,
    async (dir) => {
      await copyFile(paths.key, join(dir, KEY))
      await copyFile(`${paths.key}.pub`, join(dir, PUBLIC_KEY))
      const kubeconfig = kubeconfigOf(paths, manifest.id)
      if (await exists(kubeconfig)) await copyFile(kubeconfig, join(dir, KUBECONFIG))
      for (const n of manifest.nodes) {
        const files = paths.node(n.node)
        const at = (file: Parameters<typeof nodeFile>[1]): string => join(dir, nodeFile(n.node, file))
        await mkdir(dirname(at('memory')), { recursive: true })
        // QEMU's own user must get through.
        for (const folder of [join(dir, 'nodes'), dirname(at('memory'))]) await chmod(folder, world.roots.dirMode)
        await copyFile(files.hostKey, at('hostkey'))
        await copyFile(`${files.hostKey}.pub`, at('hostkey.pub'))
        await copyFile(files.seed, at('seed.iso'))
        await collapseOnto(world.host, {
          disk: n.disk.path,
          base: image.disk,
          to: at('disk.qcow2'),
          signal: world.signal,
        })
        if (n.memory) await linkFile(n.memory.path, at('memory'))
        for (const file of ['disk.qcow2', ...(n.memory ? ['memory'] : [])] as const)
          await chmod(at(file as 'memory'), 0o400)
      }
      const cached: CachedSeal = { facts, image, machinesOf: record.id }
      await writeFile(join(dir, FACTS), `${JSON.stringify(cached, undefined, 2)}\n`, { mode: 0o400 })
    },
    { signal: world.signal },
  )
}

/**
 * Makes a lab from a cached one. RAM of the same lab's machines is used in place; other RAM is copied and changed for
 * this lab. Throws CorruptError, HostError.
 */
export async function adoptCached(world: World, paths: LabPaths, found: Found, record: LabRecord): Promise<Manifest> {
  const nodes = record.lab.nodes.map((n) => n.name)
  const id = newId(world.clock.now())
  const staged = await openStaging(world, { id: record.id, paths }, nodes, id)
  try {
    return await fill(world, paths, { staged, id, found, record })
  } catch (error) {
    await rm(paths.staging, { recursive: true, force: true })
    throw error
  }
}

async function fill(
  world: World,
  paths: LabPaths,
  {
    staged,
    id,
    found,
    record,
  }: { readonly staged: LabPaths; readonly id: string; readonly found: Found; readonly record: LabRecord },
): Promise<Manifest> {
  const { facts, dir, image } = found
  const nodes = record.lab.nodes.map((n) => n.name)
  const own = [KEY, PUBLIC_KEY, ...((await exists(join(dir, KUBECONFIG))) ? [KUBECONFIG] : [])]
  for (const name of [
    ...own,
    ...nodes.flatMap((n) => (['hostkey', 'hostkey.pub', 'seed.iso'] as const).map((f) => nodeFile(n, f))),
  ]) {
    const to = placeInLab(staged, id, name, { ram: false, image: false })
    if (to !== undefined)
      await writeFile(to, await readFile(join(dir, name)), { mode: name.endsWith('.pub') ? 0o644 : 0o600 })
  }
  const same = found.machinesOf === record.id
  const memories = await Promise.all(nodes.map((n) => stat(join(dir, nodeFile(n, 'memory')))))
  if (!same)
    await checkRoom(
      paths.staging,
      memories.reduce((a, m) => a + m.size, 2 ** 28),
    )
  const inPlace = new Map<string, { disk: string; memory?: string }>()
  for (const node of nodes) {
    const memory = join(dir, nodeFile(node, 'memory'))
    inPlace.set(node, { disk: join(dir, nodeFile(node, 'disk.qcow2')), ...(same && { memory }) })
    if (same) continue
    const copy = memoryOf(staged, id, node)
    await copyFile(memory, copy, constants.COPYFILE_FICLONE)
    await chmod(copy, 0o600)
  }
  return installLab({
    world,
    paths,
    id,
    name: 'sealed',
    facts,
    digest: found.key,
    diskOnly: undefined,
    record: { ...record, origin: { id: facts.lab.id, seal: found.key }, image },
    inPlace,
  })
}
