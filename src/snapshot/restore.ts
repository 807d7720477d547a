/** Going back: every node from its frozen disk and RAM, on a fresh overlay; all of them or, until that is done, none. */
import { rm } from 'node:fs/promises'
import { CorruptError, StateError } from '../errors.js'
import { controlPlane } from '../phases/machine.js'
import { domainName } from '../phases/names.js'
import { writeRecord } from '../store/record.js'
import { freshOverlay, sweep } from './disks.js'
import { closeJournal, openJournal } from './journal.js'
import { checkFrozen, listManifests, newId } from './manifest.js'
import { nodesOf, verifyPaused } from './save.js'
import type { Journal, LockedLab, Manifest } from './types.js'

type RestoreJournal = Extract<Journal, { op: 'restore' }>

export interface Restored {
  /** ms from the first node's end to the last one's resume. */
  readonly ms: number
  readonly running: boolean
}

/** Goes back to a snapshot. The present state is lost; who wants it saves it first. Throws CorruptError, StateError, CommandError; once machines have been ended the journal stays, and the next klab goes on. */
export async function restore(lab: LockedLab, manifest: Manifest): Promise<Restored> {
  await checkFits(lab, manifest)
  const id = newId(lab.world.clock.now())
  const to = Object.fromEntries(manifest.nodes.map((n) => [n.node, lab.paths.node(n.node).overlay(id)]))
  await openJournal(lab.paths, { op: 'restore', id: manifest.id, phase: 'prepared', to })
  try {
    for (const n of manifest.nodes) await freshOverlay(lab.world.host, to[n.node] ?? '', n.disk.path)
    await lab.world.l2.ensure(lab.paths.run)
  } catch (error) {
    await dropOverlays(lab, to)
    throw error
  }
  return exchange(lab, manifest, to)
}

/** Throws before anything is changed when the snapshot is damaged or of another lab's shape. */
export async function checkFits(lab: LockedLab, manifest: Manifest): Promise<void> {
  await checkFrozen(manifest)
  const [have, want] = [manifest.nodes.map((n) => n.node).sort(), lab.record.lab.nodes.map((n) => n.name).sort()]
  if (have.join() !== want.join())
    throw new StateError(`snapshot ${manifest.name} has the nodes ${have.join(', ')}, the lab ${want.join(', ')}`, {
      hint: 'klab snapshot list',
    })
  if (manifest.accel !== lab.record.accel && manifest.nodes.some((n) => n.memory))
    throw new StateError(
      `snapshot ${manifest.name} holds RAM of a machine under ${manifest.accel}; this lab runs under ${lab.record.accel}`,
    )
}

/** Old machines out, new ones in. May be repeated from the start. */
async function exchange(lab: LockedLab, manifest: Manifest, to: Readonly<Record<string, string>>): Promise<Restored> {
  const { hypervisor, clock } = lab.world
  const ram = manifest.nodes.every((n) => n.memory)
  const started = clock.now()
  await openJournal(lab.paths, { op: 'restore', id: manifest.id, phase: 'destroying', to })
  // What the API server said is of a state that is going.
  await rm(lab.paths.seen, { force: true })
  await Promise.all(nodesOf(lab).map(({ domain }) => hypervisor.stop(domain, 0)))
  const ends = await Promise.allSettled(
    manifest.nodes.map((n) => {
      const domain = domainName(lab.record.id, n.node)
      const disk = to[n.node] ?? ''
      return n.memory ? hypervisor.thaw(domain, { memory: n.memory.path, disk }) : hypervisor.useDisk(domain, disk)
    }),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (ram) await verifyPaused(lab)
  lab.record = { ...lab.record, disks: to, snapshot: manifest.id }
  await writeRecord(lab.paths.record, lab.record)
  if (ram) {
    const first = controlPlane(lab.record.lab.nodes)
    await hypervisor.resume(nodesOf(lab).map((n) => n.domain))
    if (first) await hypervisor.prefer(domainName(lab.record.id, first.name))
  }
  await closeJournal(lab.paths)
  const ms = clock.now() - started
  await sweep(lab)
  return { ms, running: ram }
}

async function dropOverlays(lab: LockedLab, to: Readonly<Record<string, string>>): Promise<void> {
  for (const path of Object.values(to)) await rm(path, { force: true })
  await closeJournal(lab.paths)
}

/** After a kill: nothing had been ended yet, and the lab is as it was; or the same restore is made again from its start. Says which. */
export async function recoverRestore(lab: LockedLab, j: RestoreJournal): Promise<string> {
  const manifest = (await listManifests(lab.paths)).find((m) => m.id === j.id)
  const name = manifest?.name ?? j.id
  if (j.phase === 'prepared') {
    await dropOverlays(lab, j.to)
    return `restoring ${name} was interrupted before anything had changed`
  }
  if (!manifest)
    throw new CorruptError(`restoring ${j.id} was interrupted, and this snapshot is gone`, {
      hint: 'klab snapshot list, then restore another one',
    })
  await checkFrozen(manifest)
  for (const { domain } of nodesOf(lab)) {
    await lab.world.hypervisor.abortJob(domain)
    await lab.world.hypervisor.stop(domain, 0)
  }
  for (const n of manifest.nodes) await freshOverlay(lab.world.host, j.to[n.node] ?? '', n.disk.path)
  await lab.world.l2.ensure(lab.paths.run)
  await exchange(lab, manifest, j.to)
  return `restoring ${name} was interrupted and has been finished`
}
