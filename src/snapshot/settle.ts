/** Waits until a restored lab is as it was. */
import { API_TIMEOUT_MS, askReadiness, askUnless, type Ask } from '../api/readiness.js'
import { nodeLeases } from '../api/server.js'
import { profileFor } from '../cluster/profile.js'
import { messageOf, ProbeError } from '../errors.js'
import { tellingChanges, until, type Observation } from '../guest/until.js'
import type { Clock } from '../host/types.js'
import { seconds } from '../report/text.js'
import { hasCluster } from '../state/record.js'
import { certificatesEnded, renewCertificates } from './certificates.js'
import { stepClocks, type Clocks } from './guests.js'
import { markSettled } from './recover.js'
import { refreshTokens } from './tokens.js'
import { staged, type LockedLab, type Manifest } from './types.js'
import { english } from '../words/say.js'

/** How the API server is asked; tests pass their own. */
export interface SettleDoors {
  readonly ask?: Ask | undefined
  readonly leases?: typeof nodeLeases
}

/** One moment by both clocks of this host, ms. The leases of guests follow the one, durations the other. */
export interface Instant {
  /** Since the epoch. */
  readonly wall: number
  readonly monotonic: number
}

/** Now. */
export const instantOf = (clock: Pick<Clock, 'now' | 'monotonic'>): Instant => ({
  wall: clock.now(),
  monotonic: clock.monotonic(),
})

export interface Settled {
  readonly clocks: Clocks
  /** ms from `since` to the API server's first answer, and to all nodes Ready; undefined without a cluster. */
  readonly answeredMs: number | undefined
  readonly readyMs: number | undefined
}

/**
 * After a restore of running machines: first the clocks, then the API server, then every node that was Ready at the
 * save. What etcd says about the nodes is as old as the snapshot, so each must also have renewed its lease since.
 * Throws ProbeError if that does not happen.
 */
export async function settle(
  lab: LockedLab,
  manifest: Pick<Manifest, 'ready'>,
  since: Instant,
  { ask, leases = nodeLeases }: SettleDoors = {},
): Promise<Settled> {
  const { world, record, paths } = lab
  const wanted = manifest.ready ?? []
  const { patience } = profileFor(record.accel, 1)
  let unset: Error | undefined
  const stepping = stepClocks(lab, 30_000 * patience).then((clocks) => {
    lab.say(
      english('guest clocks set forward {stepped} s, now {spread} s apart', {
        stepped: clocks.steppedS.toFixed(1),
        spread: clocks.spreadS.toFixed(2),
      }),
    )
    if (clocks.missed.length > 0)
      throw new ProbeError(
        english('SSH of {nodes}', { nodes: clocks.missed.join(', ') }),
        30_000 * patience,
        english('no answer'),
        {
          hint: 'klab status',
        },
      )
    return clocks
  })
  // Waited for below, or reported by the loop.
  stepping.catch((error: unknown) => {
    unset = error instanceof Error ? error : new Error(messageOf(error))
  })
  if (!(await hasCluster(record, paths))) {
    const clocks = await stepping
    await markSettled(lab)
    return { clocks, answeredMs: undefined, readyMs: undefined }
  }
  if (await certificatesEnded(paths, world.clock.now())) {
    await stepping
    lab.say(english('the cluster’s certificates have expired: renewing them'))
    await renewCertificates(lab, 300_000 * patience)
  }
  // At the same time as the nodes get Ready.
  const refreshing = stepping.then(({ steppedS }) => refreshTokens(lab, steppedS, 300_000 * patience))
  refreshing.catch(() => undefined)
  let answeredMs: number | undefined
  const look = async (): Promise<Observation> => {
    const { ready } = await askReadiness(paths, world.clock, API_TIMEOUT_MS, askUnless(world.signal, ask))
    if (unset) throw unset
    if (!ready) return { ok: false, seen: 'the API server does not answer' }
    if (answeredMs === undefined) {
      answeredMs = world.clock.monotonic() - since.monotonic
      lab.say(english('the API server answers after {time}', { time: seconds(answeredMs) }))
    }
    const not = wanted.filter((n) => !ready[n])
    if (not.length > 0) return { ok: false, seen: english('not Ready: {nodes}', { nodes: not.join(' ') }) }
    const renewed = wanted.length === 0 ? undefined : await leases(paths.kubeconfig, API_TIMEOUT_MS, world.signal)
    const silent = wanted.filter((n) => (renewed?.get(n) ?? 0) < since.wall)
    return { ok: silent.length === 0, seen: english('not heard from yet: {nodes}', { nodes: silent.join(' ') }) }
  }
  const what =
    wanted.length === 0 ? english('the API server') : english('{count} nodes Ready', { count: wanted.length })
  await staged(lab, ['ready', what], (line) =>
    until(tellingChanges(look, line), {
      what,
      everyMs: 1000,
      withinMs: 300_000 * patience,
      clock: world.clock,
      signal: world.signal,
      hint: 'klab kubectl get nodes,pods -A',
    }),
  )
  const readyMs = world.clock.monotonic() - since.monotonic
  const clocks = await stepping
  await refreshing
  await markSettled(lab)
  return { clocks, answeredMs, readyMs }
}
