/** An entry of the download cache: made once, complete or absent. */
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { exists, makeDir } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import { acquireLock } from '../host/lock.js'

export interface CacheContext {
  readonly exec: HostExec
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/**
 * The file or folder `path`. If it does not exist, `fill` makes it as `path`.part; a second klab waits for the first.
 * What a killed klab left of `path`.part is given to the next `fill`. Throws what `fill` throws, Interrupted.
 */
export async function cachedEntry(
  c: CacheContext,
  path: string,
  fill: (part: string) => Promise<void>,
): Promise<string> {
  if (await exists(path)) return path
  await makeDir(dirname(path))
  const holder = { verb: 'download', pid: 0, since: c.clock.now() }
  const lock = await acquireLock(c.exec, `${path}.lock`, holder, {
    waitMs: Infinity,
    ...(c.signal && { signal: c.signal }),
  })
  try {
    if (await exists(path)) return path
    const part = `${path}.part`
    await fill(part)
    await rename(part, path)
    return path
  } finally {
    await lock.release()
  }
}
