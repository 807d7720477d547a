/** The lab that a lesson runs in: locked, its machines running, its guests reached. */
import { StateError, UsageError } from '../../errors.js'
import type { Guest } from '../../guest/types.js'
import { topologyOf } from '../../cluster/topology.js'
import { profileFor } from '../../cluster/profile.js'
import type { NodeSpec } from '../../labfile/model.js'
import { addEvent, readEvents, type LessonEvent } from '../../lesson/journal.js'
import type { Lesson, LessonScript, LessonStep } from '../../lesson/model.js'
import { openLesson, type LessonProgress } from '../../lesson/progress.js'
import { readLesson } from '../../lesson/scenario.js'
import { runInGuest, unreachable, type Ran, type RunScript } from '../../lesson/in-guest.js'
import { connectWithin } from '../../node/connections.js'
import { note } from '../../report/events.js'
import { inPhase } from '../../report/stages.js'
import { allRunning } from '../../snapshot/machines.js'
import { staged, type LockedLab } from '../../snapshot/types.js'
import type { LabPaths } from '../../state/paths.js'
import type { LabRecord } from '../../state/record.js'
import { withLog, type LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { CONNECT_MS } from '../reach.js'
import { withLab } from '../with-lab.js'
import { saysBusy } from '../../node/transient.js'
import { english } from '../../words/say.js'

/** A locked lab with an open lesson. */
export interface LessonLab extends LockedLab {
  readonly c: LabContext
  readonly lesson: Lesson
  /** Writes what happened, on disk before it returns. */
  readonly tell: (event: Happened) => Promise<void>
  /** What happened so far. */
  readonly progress: () => Promise<LessonProgress | undefined>
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
/** An event, without the fields that all events of a lesson share. */
export type Happened = Without<LessonEvent, 'at' | 'lesson' | 'dir'>

/** The name that others see: a fault's own name would tell its cause. */
export const shownName = ({ name, level }: Pick<Lesson, 'name' | 'level'>): string =>
  level === undefined ? name : 'break'

/** The node for scripts that name none: the first control plane, in plain labs the first machine. */
export function firstNode({ lab }: Pick<LabRecord, 'lab'>): string {
  const first = topologyOf(lab)?.first ?? lab.nodes[0]
  if (!first) throw new TypeError('a lab without nodes')
  return first.name
}

/** The first node, and the others in the Labfile’s order: host01, host02, … */
export function hostsOf({ lab }: Pick<LabRecord, 'lab'>): readonly NodeSpec[] {
  const first = firstNode({ lab })
  return [...lab.nodes.filter((n) => n.name === first), ...lab.nodes.filter((n) => n.name !== first)]
}

/** How much slower this lab is than one with KVM. */
export const patienceOf = ({ accel, lab }: LabRecord): number => profileFor(accel, lab.nodes.length).patience

/**
 * Does `work` on a lesson while nobody else changes the lab. Throws StateError when the lab's machines do not all run;
 * LockedError.
 */
export async function inLesson<T>(
  c: LabContext,
  o: { readonly goal: string; readonly lesson: Lesson },
  work: (lab: LessonLab) => Promise<T>,
): Promise<T> {
  const found = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(found.record.lab)
  const { paths } = found
  const { name, dir } = o.lesson
  return withLog(c, paths.log, (report) =>
    inPhase(
      { report, clock: c.doors.clock },
      { goal: 'lesson', title: `${o.goal} ${shownName(o.lesson)}`, lab: found.record.name },
      (stage) =>
        withLab(
          world,
          paths,
          { name: 'lesson', record: (existing) => existing ?? found.record, recover: note(report) },
          async (record) => {
            const lab: LessonLab = {
              c,
              world,
              paths,
              record,
              say: note(report),
              stage,
              lesson: o.lesson,
              tell: (event) =>
                addEvent(paths.lessons, {
                  at: new Date(c.doors.clock.now()).toISOString(),
                  lesson: name,
                  dir,
                  ...event,
                }),
              progress: async () => openLesson(await readEvents(paths.lessons)),
            }
            if (!(await allRunning(lab)))
              throw new StateError(english('not all machines of the lab run'), {
                hint: english('klab up, or klab resume'),
              })
            return work(lab)
          },
        ),
    ),
  )
}

export interface CurrentLesson {
  readonly lesson: Lesson
  readonly progress: LessonProgress
  readonly record: LabRecord
  readonly paths: LabPaths
}

/** The lesson that is open in this lab, and how far it is. Throws StateError if none is open; LessonError. */
export async function currentLesson(c: LabContext, language?: string): Promise<CurrentLesson> {
  const { paths, record } = await recordedLab(c.doors.env, c.file)
  const progress = openLesson(await readEvents(paths.lessons))
  if (!progress)
    throw new StateError(english('no lesson is open in this lab'), {
      hint: english('klab lesson list, klab lesson start NAME'),
    })
  return { lesson: await readLesson(progress.dir, { language }), progress, record, paths }
}

/** The step that the lab is at. Throws StateError before the first one, and if its scripts did not run to their end. */
export function stepAt({
  lesson,
  progress,
}: {
  readonly lesson: Lesson
  readonly progress: LessonProgress
}): LessonStep {
  const step = lesson.steps[progress.step - 1]
  if (!step || progress.unready)
    throw new StateError(
      english('{name}: step {step} was set up only in part', { name: lesson.name, step: Math.max(progress.step, 1) }),
      {
        hint: 'klab lesson reset',
      },
    )
  return step
}

/** Throws UsageError unless the lab has the nodes that a lesson names. */
export function requireNodes({ steps, dir }: Lesson, { lab }: Pick<LabRecord, 'lab'>): void {
  const names = lab.nodes.map((n) => n.name)
  for (const { node, number } of steps)
    if (node !== undefined && !names.includes(node))
      throw new UsageError(
        english('{dir}: step {number}: {node}: no such node in this lab; there are {names}', {
          dir,
          number,
          node,
          names: names.join(', '),
        }),
      )
}

interface LessonRun extends RunScript {
  /** Undefined: the first node. */
  readonly node: string | undefined
  readonly title: string
}

/** Runs a script of a lesson. The result says how it ended, or that its node did not answer. */
export async function runScript(lab: LockedLab, { node, title, ...o }: LessonRun, script: LessonScript): Promise<Ran> {
  const name = node ?? firstNode(lab.record)
  return staged(lab, [`script/${name}/${title}`, `${name}: ${title}`], async (line) => {
    try {
      const guest: Guest = await connectWithin(lab, name, CONNECT_MS)
      return await runInGuest(guest, lab.world.assets, script, {
        ...o,
        ms: o.ms * patienceOf(lab.record),
        onLine: o.onLine ?? line,
      })
    } catch (error) {
      return unreachable(error)
    }
  })
}

/** The same; a script that failed because the API server was too busy to answer runs once more. */
export async function runAgainIfBusy(lab: LessonLab, o: LessonRun, script: LessonScript): Promise<Ran> {
  const ran = await runScript(lab, o, script)
  if (ran.outcome !== 'failed' || !saysBusy(ran.output)) return ran
  lab.say(english('{title}: the API server was too busy to answer; it runs once more', { title: o.title }))
  return runScript(lab, o, script)
}
