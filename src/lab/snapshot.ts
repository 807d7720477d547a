/** `klab snapshot`: the verbs, under the lab's lock, after whatever a killed one left has been put right. */
import { HostError, messageOf, ProbeError, StateError } from '../errors.js'
import { profileFor } from '../cluster/profile.js'
import { nodeLeases } from '../api/server.js'
import { until } from '../guest/until.js'
import type { World } from '../world.js'
import { certificatesEnded, renewCertificates } from '../snapshot/certificates.js'
import { stepClocks, type Clocks } from '../snapshot/guests.js'
import { nodesOf, putBackAfter } from '../snapshot/machines.js'
import { findManifest, isRam, listManifests } from '../snapshot/manifest.js'
import { settledNow } from '../snapshot/recover.js'
import { remove } from '../snapshot/remove.js'
import { checkFits, restore, type Restored } from '../snapshot/restore.js'
import { goOn, save } from '../snapshot/save.js'
import { refreshTokens } from '../snapshot/tokens.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { seconds } from '../report/text.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { API_TIMEOUT_MS, askReadiness, type Ask } from '../api/readiness.js'
import { hasCluster } from './status.js'
import { withLab } from './with-lab.js'

/** The snapshot that every restore takes of what it replaces. */
export const UNDO = 'undo'
const PUSHED = /^push-(\d+)$/

/** Does `work` while nobody else changes the lab. Throws LockedError; what recover and `work` throw. */
export async function withSnapshots<T>(
  world: World,
  lab: { record: LabRecord; paths: LabPaths },
  say: (line: string) => void,
  work: (lab: LockedLab) => Promise<T>,
): Promise<T> {
  const { paths } = lab
  return withLab(world, paths, { name: 'snapshot', record: (known) => known ?? lab.record, recover: say }, (record) =>
    work({ world, say, paths, record }),
  )
}

/** Saves the lab under the next name of the stack. */
export async function push(lab: LockedLab, o: { message: string; live: boolean }): Promise<Manifest> {
  const numbers = (await listManifests(lab.paths)).map((m) => Number(PUSHED.exec(m.name)?.[1] ?? 0))
  return save(lab, { name: `push-${Math.max(0, ...numbers) + 1}`, ...o, kind: 'push' })
}

/** The snapshot on top of the stack. Throws StateError when it is empty. */
export async function topOfStack(lab: LockedLab): Promise<Manifest> {
  const top = (await listManifests(lab.paths)).findLast((m) => m.kind === 'push')
  if (!top) throw new StateError('nothing has been pushed', { hint: 'klab snapshot push' })
  return top
}

/** The snapshot of a name, `undo` too. Throws StateError. */
export const named = async (lab: LockedLab, name: string): Promise<Manifest> =>
  findManifest(await listManifests(lab.paths), name)

export interface Back extends Restored {
  /** What was kept of the state before. */
  readonly kept: Manifest | undefined
  /** Undefined: nobody waited, or nothing runs. */
  readonly settled: Settled | undefined
}

/**
 * Goes back to a snapshot; first keeps the present state as `undo`, unless told not to. `wait`: until the lab is as it
 * was (settle). Says how far it is. Throws StateError, HostError when that is not possible; ProbeError, CommandError
 * when the restore has happened and the lab does not settle.
 */
export async function goTo(lab: LockedLab, manifest: Manifest, o: { undo: boolean; wait?: boolean }): Promise<Back> {
  const { clock } = lab.world
  const since = clock.now()
  await checkFits(lab, manifest)
  const older = (await listManifests(lab.paths)).filter((m) => m.kind === 'auto' && m.name === UNDO)
  const kept = o.undo ? await keep(lab, manifest) : undefined
  if (kept) lab.say(`the present state is kept as ${UNDO}, after ${seconds(clock.now() - since)}`)
  let settled: Promise<Settled> | undefined
  const restored = await restore(lab, manifest, {
    ...(kept && isRam(kept) ? { paused: nodesOf(lab).map((n) => n.domain) } : {}),
    settle: async ({ ms, running }) => {
      lab.say(`${manifest.name}: ${running ? 'all nodes resumed' : 'disks are back'} after ${seconds(ms)}`)
      if (!running || o.wait !== true) return
      settled = settle(lab, manifest, since)
      await settled.catch(() => undefined)
    },
  }).catch((error: unknown) => putBackAfter(error, () => (kept ? goOn(lab) : Promise.resolve())))
  if (kept) for (const m of older) await remove(lab, m)
  return { ...restored, kept, settled: await settled }
}

const keep = (lab: LockedLab, manifest: Manifest): Promise<Manifest> =>
  save(lab, { name: UNDO, message: `before ${manifest.name} was restored`, kind: 'auto', stay: true }).catch(
    (error: unknown) => {
      if (!(error instanceof StateError) && !(error instanceof HostError)) throw error
      throw new StateError(`the present state cannot be kept: ${error.message}`, {
        hint: `klab snapshot restore ${manifest.name} --no-undo, which gives it up`,
        cause: error,
      })
    },
  )

export interface Settled {
  readonly clocks: Clocks
  /** ms since `since` to the API server's first answer, to all nodes Ready; undefined without a cluster. */
  readonly answeredMs: number | undefined
  readonly readyMs: number | undefined
}

/**
 * After a restore of running machines: clocks, then the API server, then every node Ready that was Ready then. What
 * etcd says of them is as old as the snapshot, so each must also have renewed its lease since (`since`: ms since the
 * epoch). Throws ProbeError when that does not come.
 */
export async function settle(
  lab: LockedLab,
  manifest: Pick<Manifest, 'ready'>,
  since: number,
  ask?: Ask,
  leases: typeof nodeLeases = nodeLeases,
): Promise<Settled> {
  const { world, record, paths } = lab
  const wanted = manifest.ready ?? []
  const { patience } = profileFor(record.accel, 1)
  let unset: Error | undefined
  const stepping = stepClocks(lab, 30_000 * patience).then((clocks) => {
    lab.say(`clocks went on by ${clocks.steppedS.toFixed(1)} s, now ${clocks.spreadS.toFixed(2)} s apart`)
    if (clocks.missed.length > 0)
      throw new ProbeError(`SSH of ${clocks.missed.join(', ')}`, 30_000 * patience, 'no answer', {
        hint: 'klab status',
      })
    return clocks
  })
  // Waited for below, or told by the loop.
  stepping.catch((error: unknown) => {
    unset = error instanceof Error ? error : new Error(messageOf(error))
  })
  if (!(await hasCluster(record, paths))) {
    const clocks = await stepping
    await settledNow(lab)
    return { clocks, answeredMs: undefined, readyMs: undefined }
  }
  if (await certificatesEnded(paths, world.clock.now())) {
    await stepping
    lab.say('the cluster’s certificates have ended meanwhile: renewing them')
    await renewCertificates(lab, 300_000 * patience)
  }
  // While the nodes get Ready.
  const refreshing = stepping.then(({ steppedS }) => refreshTokens(lab, steppedS, 300_000 * patience))
  refreshing.catch(() => undefined)
  let answeredMs: number | undefined
  await until(
    async () => {
      const { ready } = await askReadiness(paths, world.clock, API_TIMEOUT_MS, ask)
      if (unset) throw unset
      if (!ready) return { ok: false, seen: 'the API server does not answer' }
      if (answeredMs === undefined) {
        answeredMs = world.clock.now() - since
        lab.say(`the API server answers after ${seconds(answeredMs)}`)
      }
      const not = wanted.filter((n) => !ready[n])
      if (not.length > 0) return { ok: false, seen: `not Ready: ${not.join(' ')}` }
      const renewed = wanted.length === 0 ? undefined : await leases(paths.kubeconfig, API_TIMEOUT_MS)
      const silent = wanted.filter((n) => (renewed?.get(n) ?? 0) < since)
      return { ok: silent.length === 0, seen: `no sign of life yet: ${silent.join(' ')}` }
    },
    {
      what: wanted.length === 0 ? 'the API server' : `${wanted.length} nodes Ready`,
      everyMs: 1000,
      withinMs: 300_000 * patience,
      clock: world.clock,
      signal: world.signal,
      hint: 'klab kubectl get nodes,pods -A',
    },
  )
  const readyMs = world.clock.now() - since
  const clocks = await stepping
  await refreshing
  await settledNow(lab)
  return { clocks, answeredMs, readyMs }
}
