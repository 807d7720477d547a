/** How long a command on the host may take, ms. */

/** For a command that names no limit of its own: what klab runs in passing takes seconds. */
export const LIMIT_MS = 3_600_000
/** For what a slow line or a slow disk makes long: fetching, compiling, copying disks. */
export const LONG_MS = 3 * 3_600_000
