/** Makes a lab, or a snapshot of an existing lab, from the files of a sealed lab. With one rename it has happened. */
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hostKubeconfig } from '../cluster/kubeconfig.js'
import { ensureDir, readText, writeAtomic } from '../host/files.js'
import { machineSpec } from '../node/machine.js'
import { segmentOf } from '../network/segment.js'
import { writeSshFiles } from '../node/access.js'
import type { World } from '../world.js'
import { kubeconfigOf, memoryOf, newId, writeManifest } from '../snapshot/manifest.js'
import type { Manifest, NodeMoment } from '../snapshot/types.js'
import { labPaths, type LabPaths } from '../state/paths.js'
import { apiServers } from '../node/api-server.js'
import { writeRecord, type LabRecord } from '../state/record.js'
import type { DiskOnly } from './fit.js'
import type { SealedFacts } from './types.js'

/** A sealed lab whose files are in paths.staging, in the places that they have in a lab. */
export interface StagedSeal {
  readonly world: World
  /** Of the future lab. */
  readonly paths: LabPaths
  /** The snapshot's id. */
  readonly id: string
  readonly name: string
  readonly facts: SealedFacts
  readonly digest: string
  readonly diskOnly: DiskOnly
  /** With origin and image. */
  readonly record: LabRecord
  /** Files of the cache that are used in place: node → its disk, its RAM. */
  readonly inPlace?: ReadonlyMap<string, { readonly disk: string; readonly memory?: string }>
}

/** The staging folder, empty. `id`: that of the future snapshot. */
export async function openStaging(
  world: World,
  lab: { readonly id: string; readonly paths: LabPaths },
  nodes: readonly string[],
  id: string,
): Promise<LabPaths> {
  const { dirMode } = world.roots
  await rm(lab.paths.staging, { recursive: true, force: true })
  const staged = labPaths(world.roots, lab.id, lab.paths.staging)
  await ensureDir(staged.dir, dirMode)
  await ensureDir(join(staged.dir, 'nodes'), dirMode)
  for (const node of nodes) await ensureDir(staged.node(node).dir, dirMode)
  await ensureDir(staged.snapshots, 0o700)
  await ensureDir(join(staged.snapshots, id), 0o700)
  return staged
}

const stagingOf = (s: StagedSeal): LabPaths => labPaths(s.world.roots, s.record.id, s.paths.staging)

const frozenAt = async (staged: string, final: string): Promise<NodeMoment['disk']> => {
  await chmod(staged, 0o400)
  const s = await stat(staged)
  return { path: final, size: s.size, mtimeMs: s.mtimeMs }
}

/**
 * The machines in their form on this host; their RAM images are changed to fit. Throws CorruptError if one is of
 * another machine.
 */
async function adoptMemory(s: StagedSeal, staged: LabPaths): Promise<void> {
  const { world, record, paths } = s
  if (s.diskOnly !== undefined) return
  const { boot, iso } = record.image ?? { boot: { kind: 'disk' as const } }
  const nicsOf = await segmentOf({ world, paths, record }).ensure()
  for (const node of record.lab.nodes) {
    if (s.inPlace?.get(node.name)?.memory !== undefined) continue
    const spec = machineSpec({ id: record.id, lab: record.lab, accel: record.accel, paths, record }, node, {
      boot,
      bundleIso: iso,
      nics: nicsOf(node.name),
    })
    await world.hypervisor.adopt(memoryOf(staged, s.id, node.name), spec)
  }
}

async function manifestOf(s: StagedSeal, staged: LabPaths): Promise<Manifest> {
  const { facts, paths, world } = s
  const nodes = await Promise.all(
    s.record.lab.nodes.map(async ({ name: node }): Promise<NodeMoment> => {
      const there = s.inPlace?.get(node)
      const disk = there
        ? await frozenAt(there.disk, there.disk)
        : await frozenAt(staged.node(node).overlay(s.id), paths.node(node).overlay(s.id))
      if (s.diskOnly !== undefined) return { node, disk }
      const memory =
        there?.memory === undefined
          ? await frozenAt(memoryOf(staged, s.id, node), memoryOf(paths, s.id, node))
          : await frozenAt(there.memory, there.memory)
      return { node, disk, memory }
    }),
  )
  return {
    format: 1,
    id: s.id,
    name: s.name,
    message: facts.snapshot.message,
    kind: 'manual',
    createdAt: facts.snapshot.createdAt,
    parent: null,
    accel: facts.host.accel,
    ...(facts.snapshot.completedUntil === undefined ? {} : { completedUntil: facts.snapshot.completedUntil }),
    ready: facts.snapshot.ready,
    pauseMs: 0,
    skewMs: 0,
    nodes,
    origin: {
      lab: facts.lab.id,
      seal: s.digest,
      importedAt: new Date(world.clock.now()).toISOString(),
      ...(s.diskOnly === undefined || !facts.host.ram ? {} : { diskOnly: s.diskOnly }),
    },
  }
}

/** The snapshot's kubeconfig, made from the one in the file; undefined if there was none. */
async function kubeconfigFor(s: StagedSeal, staged: LabPaths): Promise<string | undefined> {
  const text = await readText(staged.kubeconfig)
  if (text === undefined) return undefined
  const own = hostKubeconfig(text, s.record.name, apiServers(s.record), 'ask the person who made the file')
  await writeAtomic(kubeconfigOf(staged, s.id), own)
  return own
}

/** Everything of a new lab, in the staging folder. */
async function stageLab(
  s: StagedSeal,
  staged: LabPaths,
): Promise<{ readonly manifest: Manifest; readonly newRecord: LabRecord }> {
  const { world, paths, record } = s
  for (const dir of [world.roots.run, paths.run]) await ensureDir(dir, world.roots.dirMode)
  await adoptMemory(s, staged)
  const manifest = await manifestOf(s, staged)
  // Its first own overlay, on a file that nobody writes to again.
  const first = newId(world.clock.now())
  for (const n of manifest.nodes) {
    const disk = s.inPlace?.get(n.node)?.disk ?? staged.node(n.node).overlay(s.id)
    const overlay = staged.node(n.node).overlay(first)
    await world.host.run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', disk, overlay])
    // Its name is the one that it will have in the end.
    if (disk !== n.disk.path)
      await world.host.run(['qemu-img', 'rebase', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', n.disk.path, overlay])
    await chmod(overlay, 0o600)
  }
  const kubeconfig = await kubeconfigFor(s, staged)
  if (kubeconfig !== undefined) await writeAtomic(staged.kubeconfig, kubeconfig)
  await writeManifest(staged, manifest)
  const newRecord: LabRecord = {
    ...record,
    disks: Object.fromEntries(record.lab.nodes.map((n) => [n.name, paths.node(n.name).overlay(first)])),
    snapshot: s.id,
    completedUntil: manifest.completedUntil,
  }
  await writeRecord(staged.record, newRecord)
  await world.host.run(['sync', '-f', staged.dir])
  return { manifest, newRecord }
}

/**
 * A new lab, halted, on the snapshot's disks. Its machines are defined last; if klab is killed before, `up` does it.
 */
export async function installLab(s: StagedSeal): Promise<Manifest> {
  const { world, paths } = s
  const staged = stagingOf(s)
  const { manifest, newRecord } = await stageLab(s, staged).catch(async (error: unknown) => {
    // A switch that belongs to no lab.
    await world.l2.remove(paths.run)
    throw error
  })
  // Without a record it is no lab: an `up` that failed at its start has left a log there.
  await rm(paths.dir, { recursive: true, force: true })
  await rename(staged.dir, paths.dir)
  await writeSshFiles({ paths, record: newRecord, lab: newRecord.lab })
  const { boot, iso } = newRecord.image ?? { boot: { kind: 'disk' as const } }
  const nicsOf = await segmentOf({ world, paths, record: newRecord }).ensure()
  for (const node of newRecord.lab.nodes)
    await world.hypervisor.ensureMachine(
      machineSpec({ id: newRecord.id, lab: newRecord.lab, accel: newRecord.accel, paths, record: newRecord }, node, {
        boot,
        bundleIso: iso,
        nics: nicsOf(node.name),
      }),
    )
  return manifest
}

/** One more snapshot of a lab that has the same keys and cards. */
export async function installSnapshot(s: StagedSeal): Promise<Manifest> {
  const { world, paths } = s
  const staged = stagingOf(s)
  await adoptMemory(s, staged)
  const manifest = await manifestOf(s, staged)
  await kubeconfigFor(s, staged)
  await writeManifest(staged, manifest)
  await world.host.run(['sync', '-f', staged.dir])
  await mkdir(paths.snapshots, { recursive: true, mode: 0o700 })
  // Without its manifest it is removed at the next sweep.
  for (const n of await readdir(join(staged.dir, 'nodes'))) {
    const disk = staged.node(n).overlay(s.id)
    if (!s.inPlace) await rename(disk, paths.node(n).overlay(s.id))
  }
  await rename(join(staged.snapshots, s.id), join(paths.snapshots, s.id))
  await rm(staged.dir, { recursive: true, force: true })
  return manifest
}
