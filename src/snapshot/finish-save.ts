/** How a save ends: finished or undone, also after a kill. */
import { chmod, rm, stat } from 'node:fs/promises'
import { readText, writeAtomic } from '../host/files.js'
import { writeRecord } from '../state/record.js'
import { closeJournal } from './journal.js'
import { dirOf, frozen, kubeconfigOf, memoryOf, writeManifest } from './manifest.js'
import { nodesOf, resumeAll } from './machines.js'
import type { LockedLab, Manifest, SaveJournal } from './types.js'
import { english } from '../words/say.js'

/**
 * Everything is written: freezes the files and writes the manifest. `stay`: the nodes stay paused, and the journal
 * stays. May be repeated.
 */
export async function finish(
  lab: LockedLab,
  j: SaveJournal,
  times: { pauseMs: number; skewMs: number },
  { stay = false }: { stay?: boolean } = {},
): Promise<Manifest> {
  const { paths } = lab
  const freeze = async (path: string) => {
    // Only for its owner: it holds the cluster's keys. libvirt gives the chain to QEMU's user.
    await chmod(path, 0o400)
    return frozen(path)
  }
  const nodes = await Promise.all(
    nodesOf(lab).map(async ({ node }) => ({
      node,
      disk: await freeze(j.from[node] ?? ''),
      ...(j.ram ? { memory: await freeze(memoryOf(paths, j.manifest.id, node)) } : {}),
    })),
  )
  const manifest = { ...j.manifest, ...times, nodes }
  const kubeconfig = await readText(paths.kubeconfig)
  if (kubeconfig !== undefined) await writeAtomic(kubeconfigOf(paths, manifest.id), kubeconfig)
  await writeManifest(paths, manifest)
  lab.record = { ...lab.record, disks: j.to, snapshot: manifest.id }
  await writeRecord(paths.record, lab.record)
  if (!stay) await closeJournal(paths)
  return manifest
}

/** Which nodes use their new overlay. libvirt switches a node after its RAM is written, so the RAM file is complete. */
async function moved(lab: LockedLab, j: SaveJournal): Promise<ReadonlySet<string>> {
  const there = await Promise.all(
    nodesOf(lab).map(async ({ node, domain }) => {
      const { live, next } = await lab.world.hypervisor.disk(domain)
      return (live ?? next) === j.to[node] ? node : undefined
    }),
  )
  return new Set(there.filter((n) => n !== undefined))
}

/**
 * Undoes the save: the nodes run, and there is no snapshot. Nodes that use their new overlay keep it: a longer chain
 * does no harm.
 */
export async function undoSave(lab: LockedLab, j: SaveJournal): Promise<void> {
  const { world, paths } = lab
  const all = nodesOf(lab)
  await Promise.all(all.map(({ domain }) => world.hypervisor.abortJob(domain)))
  if (j.ram) await resumeAll(lab)
  const gone = await moved(lab, j)
  // First: the RAM may be what has filled the disk, and then nothing can be written.
  await rm(dirOf(paths, j.manifest.id), { recursive: true, force: true })
  const disks = Object.fromEntries(all.map(({ node }) => [node, (gone.has(node) ? j.to[node] : j.from[node]) ?? '']))
  lab.record = { ...lab.record, disks }
  await writeRecord(paths.record, lab.record)
  for (const { node } of all) if (!gone.has(node)) await rm(j.to[node] ?? '', { force: true })
  await closeJournal(paths)
}

/** After a kill: finishes a save if all its nodes had been written, otherwise undoes it. Says which. */
export async function recoverSave(lab: LockedLab, j: SaveJournal): Promise<string> {
  const { hypervisor } = lab.world
  const all = nodesOf(lab)
  await Promise.all(all.map(({ domain }) => hypervisor.abortJob(domain)))
  if (lab.record.asleep === j.manifest.id) {
    // `klab suspend` says so when everything is written. Machines that have not ended yet are paused.
    await Promise.all(all.map(({ domain }) => hypervisor.stop(domain, 0)))
    await closeJournal(lab.paths)
    return english('klab suspend was interrupted and has been finished; klab resume wakes the lab')
  }
  const written = await Promise.all(
    all.map(async ({ node }) =>
      j.ram
        ? stat(memoryOf(lab.paths, j.manifest.id, node)).then(
            (s) => s.size > 0,
            () => false,
          )
        : true,
    ),
  )
  // RAM that was written while the machines ran is of one moment only if all of them had been seen paused before the
  // first file was complete.
  const oneMoment = !j.live || j.together === true
  if (!oneMoment || (await moved(lab, j)).size < all.length || written.includes(false)) {
    await undoSave(lab, j)
    return english('saving {name} was interrupted and has been undone; the lab runs on as it was', {
      name: j.manifest.name,
    })
  }
  if (j.ram) await resumeAll(lab)
  await finish(lab, j, { pauseMs: 0, skewMs: 0 })
  return english('saving {name} was interrupted and has been finished', { name: j.manifest.name })
}
