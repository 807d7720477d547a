/**
 * Which nodes are Ready. klab asks the API server and keeps its last answer: under emulation an answer may take
 * seconds, and `klab status` has 0.2 s.
 */
import { open, rm, stat } from 'node:fs/promises'
import { Interrupted } from '../errors.js'
import { nodeConditions } from './server.js'
import { readJson, writeQuick } from '../host/files.js'
import type { Clock } from '../host/types.js'

/** The files of a lab that say how its API server is reached, and what it said last. */
export interface ApiFiles {
  readonly kubeconfig: string
  readonly seen: string
}

/** An answer of the API server. */
export interface Readiness {
  /** ISO 8601. */
  readonly at: string
  /** Node → Ready; null: it did not answer. */
  readonly ready: Readonly<Record<string, boolean>> | null
}

/**
 * How long klab waits for the API server's own answer, ms. A busy one under emulation took 3 s and more; one that is
 * down refuses at once.
 */
export const API_TIMEOUT_MS = 10_000

/** ms. An answer this young counts as new: kubelet reports every 10 s. */
const YOUNG_MS = 5000

export type Ask = typeof nodeConditions

/** The same question, but it ends with the signal. It then throws Interrupted: no answer has failed to come. */
export const askUnless =
  (signal: AbortSignal | undefined, ask: Ask = nodeConditions): Ask =>
  async (kubeconfig, timeoutMs) => {
    const conditions = await ask(kubeconfig, timeoutMs, signal)
    if (signal?.aborted && !conditions) throw new Interrupted()
    return conditions
  }

/** Asks now, waits up to `timeoutMs`, and keeps the answer. */
export async function askReadiness(
  paths: ApiFiles,
  clock: Clock,
  timeoutMs: number,
  ask: Ask = nodeConditions,
): Promise<Readiness> {
  return keep(paths, clock, await ask(paths.kubeconfig, timeoutMs))
}

/**
 * Like askReadiness, for callers that cannot wait: an answer within `timeoutMs`, otherwise the last one that was kept;
 * undefined if there is neither.
 */
export async function glanceReadiness(
  paths: ApiFiles,
  clock: Clock,
  timeoutMs: number,
  ask: Ask = nodeConditions,
): Promise<{ seen: Readiness; now: boolean } | undefined> {
  const last = await readSeen(paths.seen)
  if (last?.ready && within(clock, Date.parse(last.at), YOUNG_MS)) return { seen: last, now: true }
  const conditions = await ask(paths.kubeconfig, timeoutMs)
  if (!conditions) return last && { seen: last, now: false }
  return { seen: await keep(paths, clock, conditions), now: true }
}

/** Whether a noted moment is less than `ms` ago. One in the future does not count: the clock was set back. */
const within = (clock: Clock, at: number, ms: number): boolean => clock.now() >= at && clock.now() - at < ms

const claimOf = (paths: ApiFiles): string => `${paths.seen}.asking`

/**
 * Whether the caller should ask again: nobody else has begun to ask within the time that an answer may take.
 * askReadiness ends the claim.
 */
export async function claimAsk(paths: ApiFiles, clock: Clock): Promise<boolean> {
  const path = claimOf(paths)
  const begun = await stat(path).then(
    (s) => s.mtimeMs,
    () => undefined,
  )
  if (begun !== undefined && within(clock, begun, API_TIMEOUT_MS)) return false
  await rm(path, { force: true })
  const file = await open(path, 'wx').catch(() => undefined)
  await file?.close()
  return file !== undefined
}

/**
 * Keeps the new answer (undefined: nothing). A lab that is being destroyed has no place to keep it; that is no failure.
 */
async function keep(
  paths: ApiFiles,
  clock: Clock,
  conditions: ReadonlyMap<string, boolean> | undefined,
): Promise<Readiness> {
  const seen: Readiness = {
    at: new Date(clock.now()).toISOString(),
    ready: conditions ? Object.fromEntries(conditions) : null,
  }
  await writeQuick(paths.seen, `${JSON.stringify(seen)}\n`).catch(() => undefined)
  await rm(claimOf(paths), { force: true })
  return seen
}

async function readSeen(path: string): Promise<Readiness | undefined> {
  const data = (await readJson(path).catch(() => undefined)) as Partial<Readiness> | null | undefined
  return typeof data?.at === 'string' && typeof data.ready === 'object' ? (data as Readiness) : undefined
}
