/** `klab timeline`: how long the phases and steps of the last `up` took. */
import { StateError, UsageError } from '../errors.js'
import { readHolder } from '../host/lock.js'
import { isAlive } from '../host/process.js'
import type { Timeline, TimelineRun } from '../picture/types.js'
import type { RunTimes } from '../report/run-times.js'
import type { LabContext } from './context.js'
import { recordedLab } from './open.js'
import { readRuns } from './up-times.js'
import { english } from '../words/say.js'

export interface TimelineRequest {
  /** 1 (the default): the newest run that had something to do; 2: the one before it. */
  readonly run?: number | undefined
}

/**
 * A run of `up`, from the lab's own files; libvirt is not asked. Throws UsageError (no Labfile, no such run),
 * StateError if the lab was never up, or no run of it is known.
 */
export async function timelineOf(c: LabContext, { run = 1 }: TimelineRequest = {}): Promise<Timeline> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  const runs = await readRuns(paths)
  if (!Number.isInteger(run) || run < 1)
    throw new UsageError(english('timeline: --run: a whole number from 1 on'), { hint: 'klab timeline --run 1' })
  if (runs.length === 0)
    throw new StateError(english('{lab}: no run of up is recorded for this lab', { lab: record.name }), {
      hint: english('klab up records the next one that has something to do'),
    })
  const times = runs[run - 1]
  if (!times)
    throw new UsageError(english('timeline: no run {run}; there are {count}', { run, count: runs.length }), {
      hint: 'klab timeline --run 1',
    })
  const holder = await readHolder(paths.lock)
  const described = runs.map((r, i) => describe(r, i + 1, c.doors.clock.now(), isRunning(r, holder?.pid)))
  const here = described[run - 1]
  if (!here) throw new TypeError('no run')
  const names = record.lab.nodes.map((n) => n.name)
  return {
    lab: record.name,
    ...here,
    phases: times.phases.map((p) => ({
      ...p,
      steps: p.steps.map((s) => ({ ...s, node: nodeOf(s.id, names) })),
    })),
    runs: described,
  }
}

/** The klab that ran it is there, and still has the lab's lock. */
const isRunning = ({ outcome, pid }: RunTimes, holder: number | undefined): boolean =>
  outcome === null && holder === pid && isAlive(pid)

/** `now`: ms since the epoch. */
function describe(r: RunTimes, run: number, now: number, running: boolean): TimelineRun {
  const ms = running ? Math.max(r.seenMs, now - Date.parse(r.startedAt)) : r.seenMs
  return { run, startedAt: r.startedAt, state: r.outcome ?? (running ? 'running' : 'killed'), ms }
}

/** `k8s-node01`, of `boot/k8s-node01`. */
function nodeOf(id: string, names: readonly string[]): string | null {
  const last = id.slice(id.indexOf('/') + 1)
  return names.includes(last) ? last : null
}
