/** What happened in a lab's lessons: a line for each event. Lines are only added, and no restore erases them. */
import { appendLine, readText } from '../host/files.js'
import { isObject } from '../host/json.js'
import type { ScriptOutcome } from './in-guest.js'

/** Why a step was entered. */
export type Way = 'start' | 'next' | 'skip' | 'back' | 'reset' | 'catch-up'

export type LessonEvent = {
  /** ISO 8601. */
  readonly at: string
  /** The lesson’s name and folder. */
  readonly lesson: string
  readonly dir: string
} &
  /** `trial`: by `klab lesson test`, so it does not count as somebody's work. */
  (
    | { readonly event: 'start'; readonly trial?: boolean }
    /** A snapshot was saved after this step; 0: before the first one. */
    | { readonly event: 'saved'; readonly step: number; readonly snapshot: string; readonly key: string }
    /** The lab went to the start of this step; the step's scripts have not run yet. */
    | { readonly event: 'entering'; readonly step: number; readonly way: Way }
    | { readonly event: 'entered'; readonly step: number; readonly way: Way }
    | {
        readonly event: 'checked'
        readonly step: number
        readonly outcome: ScriptOutcome
        readonly ms: number
        readonly output: string
      }
    | { readonly event: 'solved'; readonly step: number; readonly outcome: ScriptOutcome }
    /** From 1. */
    | { readonly event: 'hint'; readonly step: number; readonly hint: number }
    | { readonly event: 'finished' }
  )

const EVENTS = ['start', 'saved', 'entering', 'entered', 'checked', 'solved', 'hint', 'finished']

const isEvent = (x: unknown): x is LessonEvent =>
  isObject(x) &&
  ['at', 'lesson', 'dir'].every((key) => typeof x[key] === 'string') &&
  EVENTS.includes(String(x['event'])) &&
  (['start', 'finished'].includes(String(x['event'])) || Number.isInteger(x['step']))

/** All events, oldest first. A line that was cut short, or that somebody broke, is left out. */
export async function readEvents(path: string): Promise<readonly LessonEvent[]> {
  const text = (await readText(path)) ?? ''
  return text.split('\n').flatMap((line) => {
    try {
      const data: unknown = JSON.parse(line)
      return isEvent(data) ? [data] : []
    } catch {
      return []
    }
  })
}

/** Adds an event, on disk before this returns. */
export const addEvent = (path: string, event: LessonEvent): Promise<void> => appendLine(path, JSON.stringify(event))
