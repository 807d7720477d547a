/** What a command gets: streams, the terminal, and the lab of the arguments. */
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
  /** Only results. Sequences that a terminal would act on are taken out. */
  readonly stdout: Stream
  /** Progress, questions, errors; made safe in the same way. */
  readonly stderr: Stream
  /** stderr itself, for the renderers. They paint, and make text safe themselves. */
  readonly screen: Sink
  /** stdout as it is, for pages that were made safe when they were drawn. */
  readonly page: Sink
  /** ms since the epoch. */
  readonly clock: { now(): number }
  /** The lab of this Labfile; undefined: the one here or in a folder above. `report` gets the events. */
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
