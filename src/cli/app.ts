/** What a command gets: streams, the terminal, and the lab that the arguments name. */
import type { LabHandle } from '../lab/api.js'
import type { Report } from '../report/events.js'
import type { Sink } from '../report/options.js'
import { safeJson } from '../report/safe.js'

export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface App {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results only; what a terminal would act on is taken out. */
  readonly stdout: Stream
  /** Progress, questions, errors; the same. */
  readonly stderr: Stream
  /** stderr as it is, for the renderers, which paint and make safe what they are told. */
  readonly screen: Sink
  /** stdout as it is, for pages that were made safe when they were drawn. */
  readonly page: Sink
  /** ms since the epoch. */
  readonly clock: { now(): number }
  /** The lab of this Labfile; undefined: of the one here or above. `report` takes what happens. */
  lab(file: string | undefined, report: Report): Promise<LabHandle>
  /** Runs a program with klab's own terminal; its exit status. */
  foreground(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number>
  /** A line from the terminal, undefined without one. */
  ask(question: string): Promise<string | undefined>
}

/** A result as JSON, two spaces. */
export const printJson = (app: App, value: unknown): void => {
  app.stdout.write(`${safeJson(value, 2)}\n`)
}
