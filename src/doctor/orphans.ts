/**
 * What a lost state folder has left in libvirt: machines and networks that klab marked as its own, of labs whose record
 * is gone. Found by that mark and by where their disks are, never by name.
 */
import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError } from '../errors.js'
import { labPaths } from '../state/paths.js'
import type { World } from '../world.js'
import type { Check } from './check.js'

export interface Orphan {
  /** The lab's id. */
  readonly id: string
  /** libvirt's names. */
  readonly machines: readonly string[]
  readonly networks: readonly string[]
  /** The lab's folder, where there is one. */
  readonly dir: string | undefined
}

/**
 * Whether the lab whose folder this is has lost its record. Other users, and other KLAB_STATE_DIRs, have labs here too:
 * a record that is there, whoever may read it, or a place that cannot be looked into, is none that was lost.
 */
const isLost = (dir: string): Promise<boolean> =>
  lstat(join(dir, 'lab.json')).then(
    () => false,
    (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT',
  )

/** The folder of the lab that a machine's writable disk lies in: `…/labs/ID/nodes/NODE/disk.qcow2`. */
function folderOf(disk: string, id: string): string | undefined {
  const dir = dirname(dirname(dirname(disk)))
  return dir.endsWith(`/labs/${id}`) ? dir : undefined
}

/** All of them. Throws HostError when libvirt cannot be reached. */
export async function findOrphans(world: World): Promise<readonly Orphan[]> {
  const { hypervisor, roots } = world
  const [machines, networks] = await Promise.all([
    hypervisor.owned(),
    // In session mode there may be no network driver.
    hypervisor.networks().catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error
      return []
    }),
  ])
  const marked = networks.flatMap((n) => (n.mark ? [{ name: n.name, labId: n.mark.labId }] : []))
  const orphans: Orphan[] = []
  for (const id of new Set([...machines, ...marked].map((x) => x.labId))) {
    const mine = machines.filter((m) => m.labId === id)
    const own = labPaths(roots, id).dir
    // A lab with a record is no orphan: its machines need not be asked for their disks.
    if (!(await isLost(own))) continue
    const dirs = new Set([own])
    let elsewhere = false
    for (const m of mine) {
      // One that vanished meanwhile is nobody's.
      const disks = await hypervisor.describe(m.name).then(
        (d) => d.disks,
        () => [],
      )
      const dir = disks.flatMap((d) => (d.readonly ? [] : (folderOf(d.path, id) ?? [])))[0]
      // Not where klab puts a disk: it is somebody's now.
      if (dir === undefined) elsewhere = true
      else dirs.add(dir)
    }
    if (elsewhere || (await Promise.all([...dirs].map(isLost))).includes(false)) continue
    orphans.push({
      id,
      machines: mine.map((m) => m.name),
      networks: marked.filter((n) => n.labId === id).map((n) => n.name),
      dir: (await lstat(own).catch(() => undefined)) && own,
    })
  }
  return orphans
}

/** A line for each; `id`: of the lab that is looked at, which has its own words for that. */
export async function orphanChecks(world: World, id: string | undefined): Promise<readonly Check[]> {
  return (await findOrphans(world))
    .filter((o) => o.id !== id)
    .map((o) => ({
      name: `lab ${o.id}`,
      state: 'warn',
      found: `its record is gone, and it left ${orphanWords(o)}`,
      fix: 'klab destroy --orphans',
    }))
}

/** What is left of it, for people. */
export const orphanWords = ({ machines, networks, dir }: Orphan): string =>
  [
    ...(machines.length > 0 ? [`machines ${machines.join(', ')}`] : []),
    ...(networks.length > 0 ? [`network ${networks.join(', ')}`] : []),
    ...(dir === undefined ? [] : [`folder ${dir}`]),
  ].join('; ')
