/** How long a command on the host may take, ms. */

/** For commands that name no limit. Those take seconds. */
export const LIMIT_MS = 3_600_000
/** For commands that a slow line or disk makes slow: downloading, compiling, copying disks. */
export const LONG_MS = 3 * 3_600_000
