/** What a rule between fields finds. Types only. */
import type { Path } from './source.js'

export interface Violation {
  readonly path: Path
  readonly message: string
}

/** Whether the file itself has the field. */
export type IsGiven = (path: Path) => boolean
