/**
 * Finds what is left in libvirt of labs whose record is gone: machines and networks with klab's mark. It finds them by
 * that mark and by the place of their disks, never by name.
 */
import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError } from '../errors.js'
import { labPaths } from '../state/paths.js'
import type { World } from '../world.js'
import type { Check } from './check.js'
import { english, series } from '../words/say.js'

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
 * Whether the lab with this folder has lost its record. Other users, and other KLAB_STATE_DIRs, have labs here too. A
 * record that exists (whoever may read it) is not lost, and neither is one in a place that klab cannot look into.
 */
const isLost = (dir: string): Promise<boolean> =>
  lstat(join(dir, 'lab.json')).then(
    () => false,
    (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT',
  )

/** The folder of the lab that a machine's writable disk is in: `…/labs/ID/nodes/NODE/disk.qcow2`. */
function folderOf(disk: string, id: string): string | undefined {
  const dir = dirname(dirname(dirname(disk)))
  return dir.endsWith(`/labs/${id}`) ? dir : undefined
}

/** All of them. Throws HostError if libvirt cannot be reached. */
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
    // A lab with a record is no orphan, so klab need not ask for its machines' disks.
    if (!(await isLost(own))) continue
    const dirs = new Set([own])
    let elsewhere = false
    for (const m of mine) {
      // A machine that vanished in between counts for nobody.
      const disks = await hypervisor.describe(m.name).then(
        (d) => d.disks,
        () => [],
      )
      const dir = disks.flatMap((d) => (d.readonly ? [] : (folderOf(d.path, id) ?? [])))[0]
      // Not a place where klab puts a disk, so it belongs to somebody.
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

/** One line for each. `id`: the lab that is checked; it has its own words for that. */
export async function orphanChecks(world: World, id: string | undefined): Promise<readonly Check[]> {
  return (await findOrphans(world))
    .filter((o) => o.id !== id)
    .map((o) => ({
      name: `lab ${o.id}`,
      state: 'warn',
      found: english('its record is gone, and it left {what}', { what: orphanWords(o) }),
      fix: 'klab destroy --orphans',
    }))
}

/** What is left of it, for people. */
export const orphanWords = ({ machines, networks, dir }: Orphan): string =>
  series([
    ...(machines.length > 0 ? [english('machines {names}', { names: machines.join(', ') })] : []),
    ...(networks.length > 0 ? [english('network {names}', { names: networks.join(', ') })] : []),
    ...(dir === undefined ? [] : [english('folder {dir}', { dir })]),
  ])
