/**
 * Goes back: starts every node from its frozen disk and RAM, on a new overlay. Either all of them, or (until that is
 * done) none.
 */
import { rm } from 'node:fs/promises'
import { CorruptError, HostError, Interrupted, messageOf, StateError } from '../errors.js'
import { compareVersions } from '../host/versions.js'
import { ensureDir, readText, writeAtomic } from '../host/files.js'
import { movedKubeconfig } from '../cluster/kubeconfig.js'
import { topologyOf } from '../cluster/topology.js'
import { domainName } from '../node/names.js'
import { segmentOf } from '../network/segment.js'
import { apiServers } from '../node/api-server.js'
import { forwardsOf } from '../state/endpoints.js'
import { diskOf, writeRecord, type LabRecord } from '../state/record.js'
import { freshOverlay, sweep } from './disks.js'
import { closeJournal, openJournal } from './journal.js'
import { checkFrozen, isRam, kubeconfigOf, listManifests, newId } from './manifest.js'
import { nodesOf, putBackAfter, resumeAll, statesOf, values, verifyPaused } from './machines.js'
import { staged, type LockedLab, type Manifest, type RestoreJournal } from './types.js'
import { english } from '../words/say.js'

type Overlays = Readonly<Record<string, string>>

export interface Restored {
  /** ms from the start to the last node's resume. Includes the checks, unless the caller made them. */
  readonly ms: number
  readonly running: boolean
}

export interface RestoreOptions {
  /** Domains that ran and that the caller has paused for this (a save with `stay`). */
  readonly paused?: readonly string[]
  /** The caller has called checkFits. */
  readonly checked?: boolean
  /** false: the caller calls sweepAfter later, when the nodes need less CPU time. */
  readonly sweep?: boolean
}

/**
 * Goes back to a snapshot. The present state is lost, unless the caller saves it first. If it fails before the present
 * machines are ended, they run on. If it fails later, the lab is halted, on its old disks. Throws CorruptError,
 * StateError, CommandError.
 */
export async function restore(lab: LockedLab, manifest: Manifest, o: RestoreOptions = {}): Promise<Restored> {
  const { clock, hypervisor } = lab.world
  const started = clock.monotonic()
  if (o.checked !== true) await checkFits(lab, manifest)
  const id = newId(clock.now())
  const to = Object.fromEntries(manifest.nodes.map((n) => [n.node, lab.paths.node(n.node).overlay(id)]))
  const paused = o.paused ?? (await statesOf(lab)).filter((n) => n.state === 'running').map((n) => n.domain)
  const journal = { op: 'restore', id: manifest.id, phase: 'prepared', to, paused } as const
  await openJournal(lab.paths, journal)
  try {
    // While they are paused, the CPUs are free for what follows. It does not matter if one has just died.
    if (!o.paused) await Promise.allSettled(paused.map((domain) => hypervisor.pause(domain)))
    await prepareOverlays(lab, manifest, to)
    // The last moment to stop: what follows ends the present machines.
    if (lab.world.signal.aborted) throw new Interrupted()
    // The API server's last answer is about a state that is going away.
    await rm(lab.paths.seen, { force: true })
    await openJournal(lab.paths, { op: 'restore', id: manifest.id, phase: 'destroying', to })
  } catch (error) {
    await putBackAfter(error, () => leaveAlone(lab, journal))
  }
  await exchange(lab, manifest, to)
  const restored = { ms: clock.monotonic() - started, running: isRam(manifest) }
  if (o.sweep !== false) await sweepAfter(lab)
  return restored
}

/**
 * Removes the disks that nobody needs after a restore. The restore has happened, so this throws nothing. If another
 * snapshot's chain cannot be read, it removes nothing.
 */
export async function sweepAfter(lab: LockedLab): Promise<void> {
  await sweep(lab).catch((error: unknown) => lab.say(`unused disks were not removed: ${messageOf(error)}`))
}

/** Throws before anything is changed if the snapshot is damaged or is of a lab with other nodes. */
export async function checkFits(lab: LockedLab, manifest: Manifest): Promise<void> {
  await staged(lab, ['checks', english('the files of {name}', { name: manifest.name })], () => checkFrozen(manifest))
  const { name, nodes } = manifest
  const all = [nodes.map((n) => n.node), lab.record.lab.nodes.map((n) => n.name)]
  const [have = '', want = ''] = all.map((names) => names.sort().join(', '))
  if (have !== want)
    throw new StateError(english('snapshot {name} has the nodes {have}, the lab {want}', { name, have, want }), {
      hint: 'klab snapshot list',
    })
  const memory = manifest.nodes.flatMap((n) => (n.memory ? [n.memory.path] : []))
  if (memory.length > 0) await checkLoadable(lab, manifest, memory)
}

/** Checks what libvirt or QEMU would refuse only after the present machines have been ended (faults 48, 49, 51). */
async function checkLoadable(lab: LockedLab, manifest: Manifest, memory: readonly string[]): Promise<void> {
  const { hypervisor } = lab.world
  const { accel } = lab.record
  const refuse = (why: string): StateError =>
    new StateError(english('the RAM of snapshot {name} cannot be loaded: {why}', { name: manifest.name, why }), {
      hint: english('klab snapshot list; klab snapshot show NAME'),
    })
  if (manifest.accel !== accel) throw refuse(`it is of machines under ${manifest.accel}, this lab runs under ${accel}`)
  const machines = new Set((await Promise.all(memory.map((path) => hypervisor.needs(path)))).map((n) => n.machine))
  for (const machine of machines) {
    const able = await hypervisor.abilities(accel, machine)
    if (able.machine !== machine) throw refuse(`this QEMU (${able.qemu}) does not know the machine type ${machine}`)
    if (manifest.qemu !== undefined && compareVersions(able.qemu, manifest.qemu) < 0)
      throw refuse(`it was saved by QEMU ${manifest.qemu}, this one is older (${able.qemu})`)
  }
}

/** What the machines need to start: new overlays, and the lab's network, which a reboot removes. */
async function prepareOverlays(lab: LockedLab, manifest: Manifest, to: Overlays): Promise<void> {
  // A failure is thrown only after all have ended, because then they are removed.
  values(
    await Promise.allSettled(manifest.nodes.map((n) => freshOverlay(lab.world.host, to[n.node] ?? '', n.disk.path))),
  )
  const { roots } = lab.world
  for (const dir of [roots.run, lab.paths.run]) await ensureDir(dir, roots.dirMode)
  await segmentOf(lab).ensure()
}

/** Ends the old machines and starts the new ones; the journal says so. May be repeated from the start. */
async function exchange(lab: LockedLab, manifest: Manifest, to: Overlays): Promise<void> {
  try {
    await replace(lab, manifest, to).catch(async (error: unknown) => {
      // libvirtd may have died in between, and be back.
      lab.say(
        english('restoring {name}: {message}; trying once more', { name: manifest.name, message: messageOf(error) }),
      )
      await beginAgain(lab, manifest, to)
      await replace(lab, manifest, to)
    })
  } catch (error) {
    await fallBack(lab, to)
    const failure = { name: manifest.name, message: messageOf(error) }
    throw new StateError(
      english('restoring {name} failed: {message}\nThe lab is halted, on the disks that it had.', failure),
      { hint: english('klab snapshot undo goes back to the state before; klab up boots the disks'), cause: error },
    )
  }
  await complete(lab, manifest)
}

/** Up to the moment when the record is written. Then the restore has happened. */
async function replace(lab: LockedLab, manifest: Manifest, to: Overlays): Promise<void> {
  const { hypervisor } = lab.world
  const ends = await Promise.allSettled(
    manifest.nodes.map(async (n) => {
      const domain = domainName(lab.record.id, n.node)
      const disk = to[n.node] ?? ''
      await staged(lab, [`machines/${n.node}`, english('{node} as it was', { node: n.node })], async () => {
        await hypervisor.stop(domain, 0)
        if (n.memory) await hypervisor.thaw(domain, { memory: n.memory.path, disk }, forwardsOf(lab.record, n.node))
        else await hypervisor.useDisk(domain, disk)
      })
    }),
  )
  values(ends)
  if (isRam(manifest)) await verifyPaused(lab)
  const restored: LabRecord = {
    ...lab.record,
    disks: to,
    snapshot: manifest.id,
    completedUntil: manifest.completedUntil,
    unsettled: isRam(manifest),
  }
  await writeRecord(lab.paths.record, restored)
  lab.record = restored
}

/**
 * The rest: resumes the nodes and writes the kubeconfig of this cluster. May be repeated, even if the nodes have been
 * running for long.
 */
async function complete(lab: LockedLab, manifest: Manifest): Promise<void> {
  const { paths, record, world } = lab
  if (isRam(manifest)) await resumeAll(lab)
  const text = await readText(kubeconfigOf(paths, manifest.id))
  const servers = apiServers(record)
  if (text === undefined) await rm(paths.kubeconfig, { force: true })
  else await writeAtomic(paths.kubeconfig, servers.length === 0 ? text : movedKubeconfig(text, servers))
  // All others wait for it.
  const first = topologyOf(record.lab)?.first
  if (first) await world.hypervisor.prefer(domainName(record.id, first.name)).catch(() => undefined)
  await closeJournal(paths)
}

/** All off, on new overlays, whatever an earlier try has left. */
async function beginAgain(lab: LockedLab, manifest: Manifest, to: Overlays): Promise<void> {
  for (const { domain } of nodesOf(lab)) {
    await lab.world.hypervisor.abortJob(domain)
    await lab.world.hypervisor.stop(domain, 0)
  }
  await prepareOverlays(lab, manifest, to)
}

/**
 * Defines all machines again, on their old disks, off. Their RAM is gone, or is in the snapshot that was taken before.
 */
async function fallBack(lab: LockedLab, to: Overlays): Promise<void> {
  for (const { node, domain } of nodesOf(lab)) {
    await lab.world.hypervisor.stop(domain, 0)
    await lab.world.hypervisor.useDisk(domain, diskOf(lab.record, lab.paths, node))
  }
  await dropOverlays(lab, to)
}

/** Undoes it before anything was ended: the present machines run on. */
async function leaveAlone(lab: LockedLab, j: RestoreJournal): Promise<void> {
  await resumeAll(lab, j.paused ?? [])
  await dropOverlays(lab, j.to)
}

async function dropOverlays(lab: LockedLab, to: Overlays): Promise<void> {
  for (const path of Object.values(to)) await rm(path, { force: true })
  await closeJournal(lab.paths)
}

/**
 * After a kill. If nothing had been ended yet, the lab is as it was. If the restore had happened, the rest is done.
 * Otherwise it is repeated from its start. Says which.
 */
export async function recoverRestore(lab: LockedLab, j: RestoreJournal): Promise<string> {
  const manifest = (await listManifests(lab.paths)).find((m) => m.id === j.id)
  const name = manifest?.name ?? j.id
  if (j.phase === 'prepared') {
    await leaveAlone(lab, j)
    return english('restoring {name} was interrupted before anything had changed', { name })
  }
  const happened =
    lab.record.snapshot === j.id && nodesOf(lab).every(({ node }) => diskOf(lab.record, lab.paths, node) === j.to[node])
  if (happened && manifest) {
    await complete(lab, manifest)
    return english('restoring {name} was interrupted near its end and has been finished', { name })
  }
  try {
    if (!manifest) throw new CorruptError(english('snapshot {name} is gone', { name: j.id }))
    await checkFrozen(manifest)
    await beginAgain(lab, manifest, j.to)
  } catch (error) {
    if (error instanceof HostError) throw error
    await fallBack(lab, j.to)
    const why = `restoring ${name} was interrupted and cannot be finished (${messageOf(error)})`
    return english('{why}; the lab is halted, on the disks that it had', { why })
  }
  await exchange(lab, manifest, j.to)
  await sweepAfter(lab)
  return english('restoring {name} was interrupted and has been finished', { name })
}
