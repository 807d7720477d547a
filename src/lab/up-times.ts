/** The times of the last runs of `up`, kept in the lab's folder as they come, so that a killed run is there too. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { Interrupted } from '../errors.js'
import { ensureDir, exists, readJson, writeQuick } from '../host/files.js'
import { note, type Event } from '../report/events.js'
import { isIdle, keepTimes, type RunTimes, type TimeKeeper } from '../report/run-times.js'
import type { LabPaths } from '../state/paths.js'
import { duration } from '../report/text.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { expectedFile, keepExpected, readExpected, type PhaseMs, type RunShape } from './expected.js'

/** The run that made the lab, and the newest ones. */
const MOST_RUNS = 10
/** ms between two notes that a step which prints something is still alive. */
const LIFE_MS = 5000

type Places = Pick<LabPaths, 'record' | 'runs'>
/** Says which lab it is, as soon as that is known, and what kind of run. */
export type KeepIn = (paths: Places & Pick<LabPaths, 'times'>, shape: RunShape) => Promise<void>

/** Does `work`, and keeps the times of what it reports. Throws what `work` throws; a full disk does not matter. */
export async function withTimes<T>(c: LabContext, work: (told: LabContext, keepIn: KeepIn) => Promise<T>): Promise<T> {
  const { clock, env, signal } = c.doors
  const keeper = keepTimes(clock, env.pid)
  const file = createRunFile(keeper, clock)
  let last: PhaseMs | undefined
  let lastFile: string | undefined
  const report = (event: Event): void => {
    keeper.report(event)
    file.after(event)
    c.report(event.type === 'phase' && last ? { ...event, ...lastOf(event.phase, last) } : event)
    if (event.type === 'plan' && event.goal === 'up' && last) note(c.report)(lastLine(last))
  }
  const keepIn: KeepIn = async (paths, shape) => {
    file.keepIn(paths)
    lastFile = expectedFile(paths.times, shape)
    last = await readExpected(lastFile)
  }
  let outcome: NonNullable<RunTimes['outcome']> = 'failed'
  try {
    const result = await work({ ...c, report }, keepIn)
    outcome = 'done'
    return result
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) outcome = 'interrupted'
    throw error
  } finally {
    keeper.end(outcome)
    await file.close()
    const times = keeper.times()
    // As with the run's own file, a full disk does not matter.
    if (lastFile !== undefined && times?.outcome === 'done' && !isIdle(times))
      await keepExpected(lastFile, times).catch(() => undefined)
  }
}

const lastOf = (phase: string, last: PhaseMs): { readonly lastMs?: number } =>
  last[phase] === undefined ? {} : { lastMs: last[phase] }

const lastLine = (last: PhaseMs): string =>
  english('the last time this took {time} on this machine', {
    time: duration(Object.values(last).reduce((a, b) => a + b, 0)),
  })

/** `20261128-095705-669.json`: names sort by time. */
const fileName = ({ startedAt }: RunTimes): string =>
  `${startedAt.replace(/[-:Z]/g, '').replace('T', '-').replace('.', '-')}.json`

/** The file of one run. While a write is under way, what comes meanwhile waits for the next one. */
function createRunFile(keeper: TimeKeeper, clock: { monotonic(): number }) {
  let places: Places | undefined
  let writing: Promise<void> | undefined
  let [isOld, writtenAt] = [false, 0]

  async function put(): Promise<void> {
    const times = keeper.times()
    // Without a record it is no lab, and the import of a sealed one may replace the folder.
    if (!times || !places || !(await exists(places.record))) return
    await ensureDir(places.runs)
    const file = join(places.runs, fileName(times))
    // Nobody needs the picture of a run that had nothing to do, and it would push out another one.
    if (times.outcome === 'done' && isIdle(times)) return rm(file, { force: true })
    await writeQuick(file, `${JSON.stringify(times)}\n`)
    if (times.outcome !== null) await removeOld(places.runs)
  }
  async function writeAll(): Promise<void> {
    while (isOld) {
      isOld = false
      // `up` must not fail because its times cannot be noted, on a full disk for example.
      await put().catch(() => undefined)
    }
    writing = undefined
  }
  const save = (): void => {
    isOld = true
    writtenAt = clock.monotonic()
    writing ??= writeAll()
  }
  return {
    keepIn: (found: Places): void => {
      places = found
    },
    after: ({ type }: Event): void => {
      if (type === 'note' || type === 'warn') return
      if (type !== 'output' || clock.monotonic() - writtenAt >= LIFE_MS) save()
    },
    close: async (): Promise<void> => {
      save()
      await writing
    },
  }
}

/** Run files, the oldest first. */
const runFiles = async (dir: string): Promise<readonly string[]> =>
  (await readdir(dir).catch(() => [])).filter((name) => /^\d{8}-\d{6}-\d{3}\.json$/.test(name)).sort()

/** The oldest stays: it made the lab. */
async function removeOld(dir: string): Promise<void> {
  for (const name of (await runFiles(dir)).slice(1, 1 - MOST_RUNS)) await rm(join(dir, name), { force: true })
}

const ms = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const line = z.string().max(1000)
const RUN = z.object({
  pid: z.int(),
  startedAt: z.iso.datetime(),
  seenMs: ms,
  outcome: z.enum(['done', 'failed', 'interrupted']).nullable(),
  phases: z.array(
    z.object({
      name: line,
      title: line,
      startMs: ms.nullable(),
      endMs: ms.nullable(),
      steps: z.array(
        z.object({
          id: line,
          title: line,
          startMs: ms,
          endMs: ms.nullable(),
          outcome: z.enum(['done', 'already', 'cached', 'failed']).nullable(),
        }),
      ),
    }),
  ),
})

/**
 * The runs of `up` that are kept, the newest first. Left out: what cannot be read (it was cut short, or another klab
 * wrote it), and killed runs that had found nothing to do.
 */
export async function readRuns({ runs }: Pick<LabPaths, 'runs'>): Promise<readonly RunTimes[]> {
  const files = await runFiles(runs)
  const found = await Promise.all(files.map(async (name) => RUN.safeParse(await readJson(join(runs, name)))))
  return found
    .flatMap((r) => (r.success ? [r.data] : []))
    .filter((r) => !isIdle(r))
    .reverse()
}
