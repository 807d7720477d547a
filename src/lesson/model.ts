/** What a lesson is, as read from its folder. Types only. */

/** A program of a lesson. It runs in guests, never on this host. */
export interface LessonScript {
  /** Its path in the folder, or the command itself. */
  readonly name: string
  readonly text: string
}

/** The beginning, a step or the end. */
export interface LessonPart {
  /** Path of its Markdown in the folder; undefined: it has none. */
  readonly text: string | undefined
  /** Runs unseen when the part begins. */
  readonly background?: LessonScript | undefined
  /** Runs when the part begins, its output shown. */
  readonly foreground?: LessonScript | undefined
}

export interface LessonStep extends LessonPart {
  /** From 1. */
  readonly number: number
  readonly title: string
  /** Exit status 0: the step is done. */
  readonly verify?: LessonScript | undefined
  /** Does what the step asks for. */
  readonly solve?: LessonScript | undefined
  /** One after the other, the last tells most. */
  readonly hints: readonly string[]
  /** Prints a hint that fits what is there. */
  readonly hintcheck?: LessonScript | undefined
  /** The node that its scripts run on; undefined: the first one. */
  readonly node: string | undefined
  /** Whose shell they run in. */
  readonly user: string
  /** A check that takes longer has failed, ms. */
  readonly timeoutMs: number
  /** Sections of the course that klab checks as well (course/sections.ts). */
  readonly sections: readonly string[]
}

/** Files that are copied to a node before anything runs. */
export interface LessonAsset {
  /** `0`: the first node, `1`: the second one. */
  readonly host: number
  /** A glob below `assets/`. */
  readonly file: string
  /** A folder in the guest. */
  readonly target: string
  /** As chmod(1) takes it, `+x`. */
  readonly chmod: string | undefined
}

/** What a lesson needs of the lab before its first step. */
export type Ground = 'killercoda' | 'lab'

export interface Lesson {
  /** Absolute, links followed. */
  readonly dir: string
  /** Of the folder. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** Killercoda’s machine image (environment.ts). */
  readonly imageId: string | undefined
  readonly intro: LessonPart
  readonly steps: readonly LessonStep[]
  readonly finish: LessonPart
  readonly assets: readonly LessonAsset[]
  readonly ground: Ground
  /** The phase of `up` that the lesson begins after; undefined: a lab that is Ready. */
  readonly until: string | undefined
  /** Whether `next` may leave a step whose check has not passed. */
  readonly skip: boolean
  /** How long it takes, in minutes, as its author says. */
  readonly minutes: number | undefined
  /** Of a fault to be mended: `easy`, `hard`. */
  readonly level: string | undefined
  /** What its website does and klab does not. */
  readonly notes: readonly string[]
}
