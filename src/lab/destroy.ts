/**
 * `klab destroy`: removes every domain, disk, seed, network, port and key of one lab, and nothing else. Works from any
 * half-made state.
 */
import { lstat, readdir, realpath, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CommandError, StateError } from '../errors.js'
import { ensureDir, exists } from '../host/files.js'
import type { Network } from '../hypervisor/types.js'
import type { Lab } from '../labfile/model.js'
import type { World } from '../world.js'
import { executePlan } from '../plan/runner.js'
import type { Plan } from '../step.js'
import type { Report } from '../report/events.js'
import { labPaths, roots, type LabPaths } from '../state/paths.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { findLab, readLab } from './open.js'
import { withLab } from './with-lab.js'

/** What is about to be destroyed. */
export interface LabToDestroy {
  readonly lab: string
  /** How many snapshots are removed with it. */
  readonly snapshots: number
}

/**
 * Removes the lab; `found: false`: there was nothing to remove. `confirm` is asked before anything is changed; false:
 * StateError. Throws LockedError, HostError, what the steps throw, what `confirm` throws.
 */
export async function destroyLab(
  c: LabContext,
  o: { readonly confirm?: ((what: LabToDestroy) => boolean | Promise<boolean>) | undefined } = {},
): Promise<{ readonly lab: string; readonly found: boolean }> {
  const target = await targetOf(c)
  const world = await c.doors.world(target)
  if (!target.recorded && (await nothingOf(world, target))) {
    await requireReadable(roots(c.doors.env).state)
    return { lab: target.name, found: false }
  }
  if (o.confirm) {
    const { listManifests } = await import('../snapshot/manifest.js')
    // Damaged ones are removed too, and need not be counted.
    const snapshots = (await listManifests(target.paths).catch(() => [])).length
    if (!(await o.confirm({ lab: target.name, snapshots }))) throw new StateError(english('not destroyed'))
  }
  await destroy(world, target, c.report)
  return { lab: target.name, found: true }
}

/** If a state folder cannot be read, nobody knows what is in it. Throws the system's error then. */
async function requireReadable(dir: string): Promise<void> {
  await readdir(dir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
}

/** Whether neither libvirt nor the disk has anything of the lab. */
async function nothingOf(world: World, lab: DestroyTarget): Promise<boolean> {
  const [machines, networks, ...dirs] = await Promise.all([
    world.hypervisor.owned(lab.id),
    networksOf(world, lab),
    ...[lab.paths.dir, lab.paths.staging, lab.paths.run].map(exists),
  ])
  return machines.length === 0 && networks.length === 0 && !dirs.includes(true)
}

/** A lab without a record may still have machines. Its id is made from the Labfile. */
async function targetOf(
  c: LabContext,
): Promise<DestroyTarget & Pick<Lab, 'hypervisor' | 'network'> & { readonly recorded: boolean }> {
  const { env } = c.doors
  const { record } = await findLab(env, c.file)
  const { id, lab, paths } = record ? { ...record, paths: labPaths(roots(env), record.id) } : await readLab(env, c.file)
  const recorded = record !== undefined
  return { id, name: lab.name, paths, hypervisor: lab.hypervisor, network: lab.network, recorded }
}

/** What destroy must know about a lab, even if its record is lost. */
export interface DestroyTarget {
  readonly id: string
  readonly name: string
  readonly paths: LabPaths
  /** Undefined: not known. */
  readonly network?: Pick<Lab['network'], 'mode'>
}

/**
 * The lab's libvirt networks, whatever its Labfile says now. In user mode, a libvirt without a network driver has none.
 */
async function networksOf(world: World, lab: DestroyTarget): Promise<readonly Network[]> {
  const all = await world.hypervisor.networks().catch((error: unknown) => {
    if (lab.network?.mode === 'nat' || !(error instanceof CommandError)) throw error
    return []
  })
  return all.filter((n) => n.mark?.labId === lab.id)
}

/**
 * The plan: all machines at once, then the network, then the files. The files are last, so that after a kill there is
 * enough left to continue.
 */
export async function planDestroy(world: World, lab: DestroyTarget): Promise<Plan> {
  const [machines, networks] = await Promise.all([world.hypervisor.owned(lab.id), networksOf(world, lab)])
  const { paths } = lab
  return {
    goal: 'destroy',
    lab: lab.name,
    phases: [
      {
        name: 'machines',
        title: 'machines',
        steps: machines.map((m) => ({
          id: `machines/${m.node}`,
          title: `${m.node} (${m.state})`,
          run: () => world.hypervisor.removeMachine(m.name),
        })),
      },
      {
        name: 'network',
        title: networks.length > 0 ? english('libvirt network') : english('L2 segment'),
        steps: [
          ...networks.map((n) => ({
            id: 'network/nat',
            title: `${n.name}, ${n.bridge ?? ''}`,
            run: () => world.hypervisor.removeNetwork(n.name),
          })),
          { id: 'network/l2', title: english('switch and sockets'), run: () => world.l2.remove(paths.run) },
        ],
      },
      {
        name: 'files',
        title: english('disks, seeds, keys, record'),
        steps: [{ id: 'files/lab', title: paths.dir, run: () => removeLab(world, paths) }],
      },
    ].filter((p) => p.steps.length > 0),
  }
}

/** The lab's files, and what a killed import left behind. */
async function removeLab(world: World, paths: LabPaths): Promise<void> {
  for (const dir of [paths.staging, paths.dir]) await removeTree(dir, join(world.roots.state, 'labs'))
}

/** Removes a folder that is directly in `parent` and is not a link. Throws StateError. */
async function removeTree(dir: string, parent: string): Promise<void> {
  if (!(await exists(dir))) return
  const s = await lstat(dir)
  if (!s.isDirectory() || dirname(await realpath(dir)) !== (await realpath(parent))) {
    throw new StateError(
      english('{dir}: is not a plain folder in {parent}; klab removes nothing it did not make', { dir, parent }),
      {
        hint: english('look at it: ls -la {dir}', { dir }),
      },
    )
  }
  await rm(dir, { recursive: true, force: true })
}

/**
 * Destroys the lab. `without`: only if none of these nodes has a machine; false: one has, and nothing was done. Throws
 * LockedError, HostError, what the steps throw.
 */
export async function destroy(
  world: World,
  lab: DestroyTarget,
  report: Report,
  { without = [] }: { readonly without?: readonly string[] } = {},
): Promise<boolean> {
  await ensureDir(world.roots.state, world.roots.dirMode)
  return withLab(world, lab.paths, { name: 'destroy' }, async () => {
    if (without.length > 0 && (await world.hypervisor.owned(lab.id)).some((m) => without.includes(m.node))) return false
    await executePlan(await planDestroy(world, lab), { report, clock: world.clock, signal: world.signal })
    return true
  })
}
