/** Saving a lab: all nodes paused together, RAM and disk of each, one name; or, of a halted lab, the disks. All nodes or none. */
import { chmod, mkdir, rm, stat, statfs } from 'node:fs/promises'
import { HostError, messageOf, StateError } from '../errors.js'
import { nodeConditions } from '../guest/api.js'
import { exists, readText, writeAtomic } from '../host/files.js'
import type { MachineState } from '../hypervisor/types.js'
import { connectWithin } from '../phases/nodes.js'
import { writeRecord } from '../store/record.js'
import { freshOverlay } from './disks.js'
import { stepClocks } from './guests.js'
import { closeJournal, openJournal } from './journal.js'
import { checkName, dirOf, frozen, kubeconfigOf, listManifests, memoryOf, newId, writeManifest } from './manifest.js'
import { nodesOf, resumeAll, statesOf, values, verifyPaused } from './machines.js'
import type { Journal, Kind, LockedLab, Manifest } from './types.js'

type SaveJournal = Extract<Journal, { op: 'save' }>

export interface SaveOptions {
  readonly name: string
  readonly message?: string
  readonly kind: Kind
}

const MIB = 2 ** 20
/** ms that the guests may take to write what they have cached; the snapshot is whole without it, it only makes the disk-only form better. */
const SYNC_MS = 10_000

/** ms that the API server may take to say who is Ready; a restore then waits for those. */
const ASK_MS = 3000

const isOff = (state: MachineState): boolean => state === 'shut-off' || state === 'crashed'

/** All run (true) or all are off (false). Throws StateError for anything between: one node's RAM alone is no snapshot of a cluster. */
async function allRunning(lab: LockedLab): Promise<boolean> {
  const states = await statesOf(lab)
  if (states.every((s) => s.state === 'running')) return true
  if (states.every((s) => isOff(s.state))) return false
  throw new StateError(`all nodes must run, or all be off: ${states.map((s) => `${s.node} is ${s.state}`).join(', ')}`, {
    hint: 'klab up, then klab snapshot save',
  })
}

/** RAM that the guests have touched is written whole; libvirt pauses nothing for lack of space, it fails. Throws HostError with the numbers. */
async function checkSpace(lab: LockedLab): Promise<void> {
  const { bavail, bsize } = await statfs(lab.paths.dir)
  const free = (bavail * bsize) / MIB
  const used = await lab.world.hypervisor.memoryMiB(nodesOf(lab).map((n) => n.domain))
  const needed = used * 1.1 + 256
  if (free < needed)
    throw new HostError(`${lab.paths.dir}: ${Math.floor(free)} MiB are free, the RAM of all nodes may take ${Math.ceil(needed)} MiB`, {
      hint: 'klab snapshot delete NAME, or make room otherwise',
    })
}

async function syncGuests(lab: LockedLab): Promise<void> {
  await Promise.allSettled(
    nodesOf(lab).map(async ({ node }) =>
      (await connectWithin(lab, node, SYNC_MS)).run(['sync'], { timeoutMs: SYNC_MS, signal: lab.world.signal }),
    ),
  )
}

/** Saves the lab. Throws UsageError, StateError, HostError; what a node's freeze throws, and then all nodes run on as before. */
export async function save(lab: LockedLab, o: SaveOptions): Promise<Manifest> {
  const { world, record, paths } = lab
  if (o.kind === 'manual') checkName(o.name)
  if (o.kind !== 'auto' && (await listManifests(paths)).some((m) => m.name === o.name))
    throw new StateError(`there is a snapshot ${o.name} already`, { hint: `another name; or first: klab snapshot delete ${o.name}` })
  const ram = await allRunning(lab)
  if (ram) {
    await checkSpace(lab)
    await syncGuests(lab)
  }

  const id = newId(world.clock.now())
  // Where libvirt says that they are, not where the record does.
  const from = await Promise.all(
    nodesOf(lab).map(async ({ node, domain }) => {
      const { live, next } = await world.hypervisor.disk(domain)
      return [node, live ?? next] as const
    }),
  )
  const ready = ram && (await exists(paths.kubeconfig)) ? await nodeConditions(paths.kubeconfig, ASK_MS) : undefined
  const journal: SaveJournal = {
    op: 'save',
    ram,
    manifest: {
      format: 1,
      id,
      name: o.name,
      message: o.message ?? '',
      kind: o.kind,
      createdAt: new Date(world.clock.now()).toISOString(),
      parent: record.snapshot ?? null,
      accel: record.accel,
      ...(record.completedUntil === undefined ? {} : { completedUntil: record.completedUntil }),
      ready: ready ? [...ready].filter(([, isReady]) => isReady).map(([node]) => node) : null,
    },
    from: Object.fromEntries(from),
    to: Object.fromEntries(nodesOf(lab).map(({ node }) => [node, paths.node(node).overlay(id)])),
  }
  await mkdir(dirOf(paths, id), { recursive: true, mode: 0o700 })
  await openJournal(paths, journal)
  try {
    const times = ram ? await freezeAll(lab, journal) : await layAll(lab, journal)
    const manifest = await finish(lab, journal, times)
    // They are behind by as long as they stood still, and that adds up.
    if (ram) await stepClocks(lab, SYNC_MS).catch(() => undefined)
    return manifest
  } catch (error) {
    await abandon(lab, journal).catch(() => {
      // libvirt itself is gone: the journal stays.
      throw new StateError(`${messageOf(error)}; and the lab could not be put back yet`, {
        hint: 'start libvirt; klab up then puts it right',
        cause: error,
      })
    })
    throw error
  }
}

/** RAM and disk of all nodes, none of which runs between the first byte and the last. */
async function freezeAll(lab: LockedLab, j: SaveJournal): Promise<{ pauseMs: number; skewMs: number }> {
  const { hypervisor, clock } = lab.world
  const all = nodesOf(lab)
  const started = clock.now()
  // All have ended before anything else is done: a pause that comes late would outlive what resumes them after a failure.
  const paused = values(await Promise.allSettled(all.map(({ domain }) => hypervisor.pause(domain).then(() => clock.now()))))
  await verifyPaused(lab)
  const ends = await Promise.allSettled(
    all.map(({ node, domain }) => hypervisor.freeze(domain, { memory: memoryOf(lab.paths, j.manifest.id, node), disk: j.to[node] ?? '' })),
  )
  values(ends)
  await resumeAll(lab)
  return { pauseMs: clock.now() - started, skewMs: Math.max(...paused) - Math.min(...paused) }
}

/** New overlays for machines that are off. */
async function layAll(lab: LockedLab, j: SaveJournal): Promise<{ pauseMs: number; skewMs: number }> {
  for (const { node, domain } of nodesOf(lab)) {
    await freshOverlay(lab.world.host, j.to[node] ?? '', j.from[node] ?? '')
    await lab.world.hypervisor.useDisk(domain, j.to[node] ?? '')
  }
  return { pauseMs: 0, skewMs: 0 }
}

/** Everything is written and the nodes go on: freeze the files, write down what there is. May be repeated. */
async function finish(lab: LockedLab, j: SaveJournal, times: { pauseMs: number; skewMs: number }): Promise<Manifest> {
  const { paths } = lab
  const seal = async (path: string) => {
    // Nobody but its owner: it holds the cluster's keys. libvirt gives the chain to QEMU's user.
    await chmod(path, 0o400)
    return frozen(path)
  }
  const nodes = await Promise.all(
    nodesOf(lab).map(async ({ node }) => ({
      node,
      disk: await seal(j.from[node] ?? ''),
      ...(j.ram ? { memory: await seal(memoryOf(paths, j.manifest.id, node)) } : {}),
    })),
  )
  const manifest = { ...j.manifest, ...times, nodes }
  const kubeconfig = await readText(paths.kubeconfig)
  if (kubeconfig !== undefined) await writeAtomic(kubeconfigOf(paths, manifest.id), kubeconfig)
  await writeManifest(paths, manifest)
  lab.record = { ...lab.record, disks: j.to, snapshot: manifest.id }
  await writeRecord(paths.record, lab.record)
  await closeJournal(paths)
  return manifest
}

/** Which nodes have moved to their new overlay: libvirt moves one after its RAM is written, so it has all of it. */
async function moved(lab: LockedLab, j: SaveJournal): Promise<ReadonlySet<string>> {
  const there = await Promise.all(
    nodesOf(lab).map(async ({ node, domain }) => {
      const { live, next } = await lab.world.hypervisor.disk(domain)
      return (live ?? next) === j.to[node] ? node : undefined
    }),
  )
  return new Set(there.filter((n) => n !== undefined))
}

/** Back to where the nodes run and no snapshot is there. Those that have moved stay where they are: a longer chain harms nobody. */
async function abandon(lab: LockedLab, j: SaveJournal): Promise<void> {
  const { world, paths } = lab
  const all = nodesOf(lab)
  await Promise.all(all.map(({ domain }) => world.hypervisor.abortJob(domain)))
  if (j.ram) await resumeAll(lab)
  const gone = await moved(lab, j)
  const disks = Object.fromEntries(all.map(({ node }) => [node, (gone.has(node) ? j.to[node] : j.from[node]) ?? '']))
  lab.record = { ...lab.record, disks }
  await writeRecord(paths.record, lab.record)
  await rm(dirOf(paths, j.manifest.id), { recursive: true, force: true })
  for (const { node } of all) if (!gone.has(node)) await rm(j.to[node] ?? '', { force: true })
  await closeJournal(paths)
}

/** After a kill: finishes a save whose nodes had all been written, else undoes it. Says which. */
export async function recoverSave(lab: LockedLab, j: SaveJournal): Promise<string> {
  const { hypervisor } = lab.world
  const all = nodesOf(lab)
  await Promise.all(all.map(({ domain }) => hypervisor.abortJob(domain)))
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
  if ((await moved(lab, j)).size < all.length || written.includes(false)) {
    await abandon(lab, j)
    return `saving ${j.manifest.name} was interrupted and has been undone; the lab runs on as it was`
  }
  if (j.ram) await resumeAll(lab)
  await finish(lab, j, { pauseMs: 0, skewMs: 0 })
  return `saving ${j.manifest.name} was interrupted and has been finished`
}
