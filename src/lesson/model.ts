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
  /** Runs in the background when the part begins. */
  readonly background?: LessonScript | undefined
  /** Runs when the part begins; its output is shown. */
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
  /** Shown one after the other; each says more than the one before. */
  readonly hints: readonly string[]
  /** Prints a hint that fits what is there. */
  readonly hintcheck?: LessonScript | undefined
  /** The node that its scripts run on; undefined: the first one. */
  readonly node: string | undefined
  /** The user who runs them. */
  readonly user: string
  /** How long a check may take, ms; after that it has failed. */
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

/** How the nodes are prepared before the first step. */
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
  /** Whether `next` may skip a step whose check has not passed. */
  readonly skip: boolean
  /** How many minutes it takes, according to its author. */
  readonly minutes: number | undefined
  /** The level of a fault of `klab break`: `easy`, `hard`. */
  readonly level: string | undefined
  /** What the website can do and klab cannot. */
  readonly notes: readonly string[]
}
