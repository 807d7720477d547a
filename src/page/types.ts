/** What the lesson page shows and does. Types only; the browser's code uses them too. */

/** A verb that the page may call. */
export const ACTIONS = ['check', 'hint', 'solve', 'next', 'back', 'reset', 'catch-up'] as const
export type ActionName = (typeof ACTIONS)[number]

export interface PageStep {
  readonly number: number
  readonly title: string
  readonly state: 'passed' | 'here' | 'open'
  readonly failed: number
  readonly hints: number
  readonly snapshot: string | undefined
}

/** All that the page shows, as JSON. */
export interface PageState {
  readonly title: string
  readonly step: number
  readonly steps: readonly PageStep[]
  readonly stepTitle: string
  /** The text as HTML, made safe. */
  readonly html: string
  readonly commands: readonly { readonly number: number; readonly text: string; readonly action: 'exec' | 'copy' }[]
  readonly hasCheck: boolean
  readonly passed: boolean
  /** The nodes, the one that the step is about first. */
  readonly nodes: readonly string[]
  readonly snapshots: readonly { readonly name: string; readonly depth: number; readonly current: boolean }[]
}

/** The result of an action, in words, with the output of its script. */
export interface ActionResult {
  readonly ok: boolean
  readonly message: string
  readonly output: string
}
