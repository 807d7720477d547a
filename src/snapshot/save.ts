/**
 * Saves a lab: pauses all nodes together and saves RAM and disk of each, under one name. In a halted lab only the
 * disks. All nodes or none.
 */
import { mkdir, rm, statfs } from 'node:fs/promises'
import { HostError, Interrupted, StateError } from '../errors.js'
import { askUnless } from '../api/readiness.js'
import { exists } from '../host/files.js'
import type { Moment, PauseTimes } from '../hypervisor/types.js'
import { connectWithin } from '../node/connections.js'
import { freshOverlay } from './disks.js'
import { stepClocks } from './guests.js'
import { undoSave, finish } from './finish-save.js'
import { checkChains } from './flatten.js'
import { closeJournal, openJournal, readJournal } from './journal.js'
import { checkName, dirOf, listManifests, memoryOf, newId } from './manifest.js'
import { allRunning, nodesOf, putBackAfter, resumeAll, statesOf, values, verifyPaused } from './machines.js'
import { staged, type Kind, type LockedLab, type Manifest, type SaveJournal } from './types.js'
import { english } from '../words/say.js'

export interface SaveOptions {
  readonly name: string
  readonly message?: string
  readonly kind: Kind
  /**
   * Write most of the RAM while the nodes run: a pause of one or two seconds, but a longer save. Default: true, except
   * for `auto`.
   */
  readonly live?: boolean
  /**
   * Nodes that ran stay paused, and the journal stays open, for a restore that ends them. A caller that does not
   * restore calls `resumeAfterSave`.
   */
  readonly stay?: boolean
}

const MIB = 2 ** 20
/**
 * ms that the guests may take to write what they have cached. The snapshot is complete without it; it only improves a
 * restore from the disks alone.
 */
const SYNC_MS = 10_000

/** ms that the API server may take to say which nodes are Ready. A restore then waits for those. */
const ASK_MS = 3000

/**
 * Checks that there is room for all RAM that the guests have touched. Without room, libvirt does not pause, it fails.
 * Throws HostError with the numbers.
 */
async function checkSpace(lab: LockedLab): Promise<void> {
  const { bavail, bsize } = await statfs(lab.paths.dir)
  const free = (bavail * bsize) / MIB
  const used = await lab.world.hypervisor.memoryMiB(nodesOf(lab).map((n) => n.domain))
  const needed = used * 1.1 + 256
  if (free < needed)
    throw new HostError(
      english('{dir}: {free} MiB are free, the RAM of all nodes may take {needed} MiB', {
        dir: lab.paths.dir,
        free: Math.floor(free),
        needed: Math.ceil(needed),
      }),
      {
        hint: english('klab snapshot delete NAME, or make room otherwise'),
      },
    )
}

async function syncGuests(lab: LockedLab): Promise<void> {
  await Promise.allSettled(
    nodesOf(lab).map(({ node }) =>
      staged(lab, [`sync/${node}`, english('{node} writes its disk cache', { node })], async () =>
        (await connectWithin(lab, node, SYNC_MS)).run(['sync'], { timeoutMs: SYNC_MS, signal: lab.world.signal }),
      ),
    ),
  )
}

/**
 * How the RAM of running nodes is written: mostly while they run, so that they are paused for only a second; or all of
 * it while they are paused, which is faster.
 */
type Way = 'live' | 'paused' | 'halted'

/**
 * Saves the lab. Throws UsageError, StateError, HostError; what a node's freeze throws, and then all nodes run on as
 * before.
 */
export async function save(lab: LockedLab, o: SaveOptions): Promise<Manifest> {
  if (o.kind === 'manual') checkName(o.name)
  if (o.kind !== 'auto' && (await listManifests(lab.paths)).some((m) => m.name === o.name))
    throw new StateError(english('there is already a snapshot {name}', { name: o.name }), {
      hint: english('another name; or first: klab snapshot delete {name}', { name: o.name }),
    })
  const ram = await allRunning(lab)
  if (ram) {
    await checkSpace(lab)
    // Nodes that are about to be ended can be paused all the time.
    if (!o.stay) await syncGuests(lab)
  }
  const cluster = ram && (await exists(lab.paths.kubeconfig))
  const conditions = cluster ? await askUnless(lab.world.signal)(lab.paths.kubeconfig, ASK_MS) : undefined
  const ready = conditions ? [...conditions].filter(([, isReady]) => isReady).map(([node]) => node) : null
  // In a save before a verb that replaces the present state, the nodes may be paused.
  const wanted = ram && (o.live ?? o.kind !== 'auto')
  // What was asked of the guests may end in any way; from here on a save runs to its end.
  if (lab.world.signal.aborted) throw new Interrupted()
  const live = wanted ? await take(lab, o, 'live', ready) : undefined
  if (wanted && !live)
    lab.say(english('the nodes could not be saved at one moment while they run; saving again with all of them paused'))
  const manifest = live ?? (await take(lab, o, ram ? 'paused' : 'halted', ready))
  // live is undefined only before a second try with paused nodes, and that one always ends.
  if (!manifest) throw new StateError(english('{name}: not saved', { name: o.name }), { hint: 'klab status' })
  if (ram && !o.stay) await caughtUp(lab)
  return manifest
}

/** Their clocks are behind by the time that they were paused, and that adds up. */
const caughtUp = (lab: LockedLab): Promise<unknown> =>
  staged(lab, ['clocks', english('the clocks of the nodes')], () => stepClocks(lab, SYNC_MS)).catch(() => undefined)

/**
 * After a save with `stay` whose restore was not finished: resumes what is still paused because of it. Throws
 * StateError, HostError.
 */
export async function resumeAfterSave(lab: LockedLab): Promise<void> {
  // Once there is a restore's journal, the restore does it.
  if ((await readJournal(lab.paths))?.op === 'save') {
    await resumeAll(lab)
    await closeJournal(lab.paths)
  }
  if ((await statesOf(lab)).every((n) => n.state === 'running')) await caughtUp(lab)
}

/**
 * One try. If the nodes could not be paused at one moment while they ran, everything is as it was, and the result is
 * undefined.
 */
async function take(lab: LockedLab, o: SaveOptions, way: Way, ready: Manifest['ready']): Promise<Manifest | undefined> {
  const { world, record, paths } = lab
  const id = newId(world.clock.now())
  // Where libvirt says that they are, not where the record says it.
  const from = await Promise.all(
    nodesOf(lab).map(async ({ node, domain }) => {
      const { live, next } = await world.hypervisor.disk(domain)
      return [node, live ?? next] as const
    }),
  )
  await checkChains(
    lab,
    from.map(([, path]) => path),
  )
  const journal: SaveJournal = {
    op: 'save',
    ram: way !== 'halted',
    live: way === 'live',
    manifest: {
      format: 1,
      id,
      name: o.name,
      message: o.message ?? '',
      kind: o.kind,
      createdAt: new Date(world.clock.now()).toISOString(),
      parent: record.snapshot ?? null,
      accel: record.accel,
      qemu: (await world.hypervisor.abilities(record.accel)).qemu,
      ...(record.completedUntil === undefined ? {} : { completedUntil: record.completedUntil }),
      ready,
    },
    from: Object.fromEntries(from),
    to: Object.fromEntries(nodesOf(lab).map(({ node }) => [node, paths.node(node).overlay(id)])),
  }
  await mkdir(dirOf(paths, id), { recursive: true, mode: 0o700 })
  await openJournal(paths, journal).catch(async (error: unknown) => {
    await rm(dirOf(paths, id), { recursive: true, force: true })
    throw error
  })
  try {
    const times = await { live: freezeLive, paused: freezeAll, halted: layAll }[way](lab, journal, o)
    if (times) return await finish(lab, journal, times, o)
  } catch (error) {
    return await putBackAfter(error, () => undoSave(lab, journal))
  }
  await undoSave(lab, journal)
  return undefined
}

const momentOf = (lab: LockedLab, j: SaveJournal, node: string): Moment => ({
  memory: memoryOf(lab.paths, j.manifest.id, node),
  disk: j.to[node] ?? '',
})

/** RAM and disk of all nodes at one moment, most of it written while they run. */
async function freezeLive(lab: LockedLab, j: SaveJournal): Promise<PauseTimes | undefined> {
  const { hypervisor, signal } = lab.world
  const all = nodesOf(lab)
  const together = await staged(
    lab,
    ['ram', english('RAM of {count} nodes, while they run', { count: all.length })],
    () =>
      hypervisor.freezeTogether(
        all.map(({ node, domain }) => ({ name: domain, to: momentOf(lab, j, node) })),
        { committed: () => openJournal(lab.paths, { ...j, together: true }), signal },
      ),
  )
  await resumeAll(lab)
  return together
}

/** RAM and disk of all nodes. None of them runs between the first byte and the last. */
async function freezeAll(lab: LockedLab, j: SaveJournal, { stay }: Pick<SaveOptions, 'stay'>): Promise<PauseTimes> {
  const { hypervisor, clock } = lab.world
  const all = nodesOf(lab)
  const started = clock.monotonic()
  // Wait until all have ended: a pause that comes late would come after the resume that follows a failure.
  const paused = values(
    await Promise.allSettled(all.map(({ domain }) => hypervisor.pause(domain).then(() => clock.monotonic()))),
  )
  await verifyPaused(lab)
  const ends = await Promise.allSettled(
    all.map(({ node, domain }) =>
      staged(lab, [`ram/${node}`, english('RAM of {node}, which is paused', { node })], () =>
        hypervisor.freeze(domain, momentOf(lab, j, node)),
      ),
    ),
  )
  values(ends)
  if (!stay) await resumeAll(lab)
  return { pauseMs: clock.monotonic() - started, skewMs: Math.max(...paused) - Math.min(...paused) }
}

/** New overlays for machines that are off. */
async function layAll(lab: LockedLab, j: SaveJournal): Promise<PauseTimes> {
  for (const { node, domain } of nodesOf(lab)) {
    await freshOverlay(lab.world.host, j.to[node] ?? '', j.from[node] ?? '')
    await lab.world.hypervisor.useDisk(domain, j.to[node] ?? '')
  }
  return { pauseMs: 0, skewMs: 0 }
}
