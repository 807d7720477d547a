/** The values that verbs accept. Loads nothing else, so that `--help` stays fast. */
import { GUEST_PHASES, PHASE_NAMES, type PhaseName } from '../labfile/phases.js'

/** The last phase of an `up`. */
export const UP_PHASES: readonly PhaseName[] = PHASE_NAMES
/** How `timeline` and `graph` can be drawn. */
export { PICTURE_FORMATS } from '../picture/format.js'
/** What `provision` can do again. */
export const PROVISION_PHASES: readonly PhaseName[] = GUEST_PHASES
