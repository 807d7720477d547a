/** `klab lesson status`, `text`, `run`. They change nothing and take no lock. */
import { UsageError } from '../../errors.js'
import { readMarkdown, type LessonText } from '../../lesson/markdown.js'
import { stepOf } from '../../lesson/progress.js'
import { renderTerminal } from '../../lesson/terminal.js'
import { listManifests } from '../../snapshot/manifest.js'
import type { LabRecord } from '../../state/record.js'
import type { LabContext } from '../context.js'
import { recordedLab } from '../open.js'
import { sshCommand, type TerminalCommand } from '../reach.js'
import { english } from '../../words/say.js'
import { currentLesson, firstNode, hostsOf, stepAt, type CurrentLesson } from './in-lesson.js'
import { isChecked, pageOf, type LessonPage } from './page.js'

export interface LessonStatus {
  readonly lesson: string
  readonly title: string
  readonly dir: string
  /** ISO 8601. */
  readonly startedAt: string
  /** The step that the lab is at; 0: before the first one. */
  readonly step: number
  /** Its scripts did not run to their end. */
  readonly unready: boolean
  readonly steps: readonly {
    readonly number: number
    readonly title: string
    /** `here`: the lab is at its beginning or in it. */
    readonly state: 'passed' | 'here' | 'open'
    readonly hasCheck: boolean
    /** Checks that did not pass. */
    readonly failed: number
    readonly hints: number
    readonly solved: boolean
    /** Its snapshot; undefined: none, or it was deleted. */
    readonly snapshot: string | undefined
  }[]
}

/** How far the open lesson is. Throws StateError when none is open. */
export const lessonStatus = async (c: LabContext, language?: string): Promise<LessonStatus> =>
  statusOf(await currentLesson(c, language))

/** The same for a lesson that was already read. */
export async function statusOf({ lesson, progress, paths }: CurrentLesson): Promise<LessonStatus> {
  const names = new Map((await listManifests(paths)).map((m) => [m.id, m.name]))
  const { startedAt, step, unready } = progress
  return {
    ...{ lesson: lesson.name, title: lesson.title, dir: lesson.dir, startedAt, step, unready },
    steps: lesson.steps.map((s) => {
      const { passed, failed, hints, solved } = stepOf(progress, s.number)
      return {
        ...{ number: s.number, title: s.title, failed, hints, solved },
        state: s.number === step ? 'here' : passed ? 'passed' : 'open',
        hasCheck: isChecked(s),
        snapshot: names.get(progress.saved.get(s.number)?.snapshot ?? ''),
      }
    }),
  }
}

/** How a page is drawn for a terminal. */
export interface DrawOptions {
  readonly columns: number
  readonly color: boolean
  /** Show the collapsed parts of the text. */
  readonly open?: boolean | undefined
}

/** The text of a page. Where it names a port of a machine, klab says how to reach it. */
export function readPage({ markdown }: LessonPage, record: LabRecord): LessonText {
  const hosts = hostsOf(record)
  return readMarkdown(markdown, {
    traffic: ({ host, port }) => `klab port-forward ${hosts[host - 1]?.name ?? 'NODE'} ${port ?? 'PORT'}`,
  })
}

/** A page as text for a terminal. Throws StateError if the lab is not up. */
export async function drawPage(
  c: LabContext,
  page: LessonPage,
  { columns, color, open }: DrawOptions,
): Promise<string> {
  const { record } = await recordedLab(c.doors.env, c.file)
  return renderTerminal(readPage(page, record), { columns, color, ...(open === true && { openHints: true }) })
}

/** The page of the present step; `intro`: with the introduction of the lesson. Throws StateError, LessonError. */
export async function lessonText(
  c: LabContext,
  o: { readonly language?: string | undefined; readonly intro?: boolean | undefined } = {},
): Promise<LessonPage> {
  const found = await currentLesson(c, o.language)
  // As at the start: the numbers of its commands stay the same.
  return pageOf(found, o.intro === true || found.progress.step <= 1 ? 'start' : 'step')
}

/** What ssh runs for command `number` of the present page, in a terminal of its own. Throws UsageError, StateError. */
export async function lessonCommand(
  c: LabContext,
  number: number,
  language?: string,
): Promise<TerminalCommand & { readonly text: string }> {
  const found = await currentLesson(c, language)
  const step = stepAt(found)
  const { commands } = readPage(await pageOf(found, step.number === 1 ? 'start' : 'step'), found.record)
  const command = commands.find((x) => x.number === number)
  if (!command)
    throw new UsageError(
      english('run: there is no command {number} on this page; it has {length}', { number, length: commands.length }),
      {
        hint: 'klab lesson text',
      },
    )
  const home = step.user === 'root' ? '/root' : `/home/${step.user}`
  const words = ['sudo', '-u', step.user, '--', 'env', `HOME=${home}`, 'bash', '-c', `cd; ${command.text}`]
  const { argv, env } = await sshCommand(c, step.node ?? firstNode(found.record), words, { apart: true })
  // It needs a terminal: the command may be an editor, or run until Ctrl-C.
  return { argv: [argv[0] ?? 'ssh', '-t', ...argv.slice(1)], env, text: command.text }
}
