/** Which files of the cache this user's labs need. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { domainName } from '../node/names.js'
import { chainOf } from '../snapshot/disks.js'
import { listExtraImages } from '../state/extra-images.js'
import { labPaths, roots } from '../state/paths.js'
import { listRecords, type LabRecord } from '../state/record.js'
import type { World } from '../world.js'
import type { LabContext } from './context.js'
import { keptKubectl } from './reach.js'

/**
 * Lab id → files that its disks, snapshots, machines and kubectl need. Throws HostError, CommandError if they cannot be
 * found out: klab must not remove a file that might be needed.
 */
export async function usesOfLabs(c: LabContext): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const uses = new Map<string, ReadonlySet<string>>()
  for (const record of await listRecords(roots(c.doors.env).state)) {
    const world = await c.doors.world(record.lab)
    const files = await Promise.all([
      chains(world, record),
      machines(world, record),
      programs(world, record),
      extraFiles(world, record),
    ])
    uses.set(record.id, new Set([...files.flat(), ...imageFiles(record)]))
  }
  return uses
}

async function chains(world: World, { id, lab }: LabRecord): Promise<readonly string[]> {
  const paths = labPaths(world.roots, id)
  const disks = lab.nodes.map(async ({ name }) => {
    const { dir } = paths.node(name)
    return (await readdir(dir).catch(() => [])).filter((f) => f.endsWith('.qcow2')).map((f) => join(dir, f))
  })
  const found = (await Promise.all(disks)).flat()
  return (await Promise.all(found.map((path) => chainOf(world.host, path)))).flat()
}

async function machines({ hypervisor }: World, { id, lab }: LabRecord): Promise<readonly string[]> {
  const there = new Set((await hypervisor.list()).map((m) => m.name))
  const domains = lab.nodes.map((n) => domainName(id, n.name)).filter((d) => there.has(d))
  const all = await Promise.all(domains.map((d) => hypervisor.describe(d)))
  return all.flatMap(({ boot, disks }) => [
    ...disks.map((d) => d.path),
    ...(boot.kind === 'direct' ? [boot.kernel, boot.initrd] : []),
  ])
}

/** The bundle that has the kubectl of `klab kubectl`. */
async function programs(world: World, record: LabRecord): Promise<readonly string[]> {
  const kubectl = await keptKubectl(world, record)
  return kubectl === undefined ? [] : [kubectl]
}

/** The images that were added to the lab: a later node gets them from here. */
const extraFiles = async (world: World, record: LabRecord): Promise<readonly string[]> =>
  (await listExtraImages(labPaths(world.roots, record.id), record)).map((h) => h.file)

const imageFiles = ({ image }: LabRecord): readonly string[] =>
  [image?.disk, image?.iso, ...(image?.boot.kind === 'direct' ? [image.boot.kernel, image.boot.initrd] : [])].filter(
    (f) => f !== undefined,
  )
