/**
 * What happened in a lab's exams: a line for each event, each with the digest of the line before. Lines are only added.
 */
import { sha256Of } from '../../host/digest.js'
import { appendLine, readText } from '../../host/files.js'
import { isObject } from '../../host/json.js'
import type { HostMoment } from '../../host/moment.js'
import type { ScriptOutcome } from '../in-guest.js'
import type { ExamTask } from './file.js'
import type { Signature } from './sign.js'

/** What is fixed when an exam begins. The trainer's key signs it. */
export interface ExamTerms {
  readonly title: string
  readonly minutes: number
  readonly seed: number
  /** sha256 of the exam's file. */
  readonly file: string
  readonly lab: string
  readonly klab: string
  readonly tasks: readonly ExamTask[]
  readonly startedAt: HostMoment
}

export type ExamEvent =
  | {
      readonly event: 'begin'
      readonly terms: ExamTerms
      readonly base: string
      readonly signed?: Signature | undefined
    }
  /** The task is set up, and its time runs. Tasks count from 0. */
  | { readonly event: 'enter'; readonly task: number }
  | {
      readonly event: 'check'
      readonly task: number
      readonly outcome: ScriptOutcome
      readonly output: string
    }
  | { readonly event: 'leave'; readonly task: number }
  | { readonly event: 'end' }

export type ExamLine = ExamEvent & { readonly at: HostMoment; readonly previous: string }

const FIRST = '0'.repeat(64)

/** The lines of the last exam, oldest first; empty: there was no exam. */
export function lastExamIn(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line !== '')
  const begins = lines.map((line) => /"event":"begin"/.test(line)).lastIndexOf(true)
  return begins < 0 ? [] : lines.slice(begins)
}

/** The events of these lines. `whole`: no line was changed, removed or cut short. */
export function readExam(lines: readonly string[]): { readonly events: readonly ExamLine[]; readonly whole: boolean } {
  let previous = FIRST
  let whole = lines.length > 0
  const events = lines.flatMap((line): ExamLine[] => {
    try {
      const data: unknown = JSON.parse(line)
      if (!isObject(data) || !isObject(data['at'])) throw new TypeError('no event')
      if (data['previous'] !== previous) whole = false
      previous = sha256Of(line)
      return [data as unknown as ExamLine]
    } catch {
      whole = false
      return []
    }
  })
  return { events, whole }
}

/** The lines of the last exam in a file. */
export const readExamLines = async (path: string): Promise<readonly string[]> =>
  lastExamIn((await readText(path)) ?? '')

/** Adds an event, on disk before this returns. */
export async function addExamEvent(path: string, event: ExamEvent, at: HostMoment): Promise<void> {
  const last = event.event === 'begin' ? undefined : (await readExamLines(path)).at(-1)
  const line: ExamLine = { ...event, at, previous: last === undefined ? FIRST : sha256Of(last) }
  await appendLine(path, JSON.stringify(line))
}
