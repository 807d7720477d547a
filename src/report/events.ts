/** What happens while a plan runs, as data. Renderers draw it. */

/** How a step ended; `already`: it was so before, `cached`: taken from the cache. */
export type Outcome = 'done' | 'already' | 'cached' | 'failed'

export type Event =
  | {
      readonly type: 'plan'
      readonly lab: string
      readonly goal: string
      readonly phases: readonly { name: string; title: string; steps: readonly string[] }[]
    }
  | {
      readonly type: 'phase'
      readonly phase: string
      readonly title: string
      /** How long it took here the last time, ms. */
      readonly lastMs?: number
    }
  | { readonly type: 'start'; readonly phase: string; readonly step: string; readonly title: string }
  /** A line of output or progress of a running step. */
  | { readonly type: 'output'; readonly phase: string; readonly step: string; readonly line: string }
  | {
      readonly type: 'end'
      readonly phase: string
      readonly step: string
      readonly outcome: Outcome
      readonly ms: number
      readonly error?: string
    }
  | { readonly type: 'phase-end'; readonly phase: string; readonly ms: number }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'warn'; readonly text: string }

export type Report = (event: Event) => void

/** Reports each line as a note. */
export const note =
  (report: Report) =>
  (text: string): void =>
    report({ type: 'note', text })

/** A renderer: gets events, and is closed once (the last state stays on the screen). */
export interface Renderer {
  readonly report: Report
  close(): void
}
