/** An entry of the download cache: made once, complete or absent. */
import type { Stats } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HostError } from '../errors.js'
import { makeDir, ownUid } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import { acquireLock } from '../host/lock.js'
import { english } from '../words/say.js'

export interface CacheContext {
  readonly exec: HostExec
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/**
 * What is at this path of the cache; undefined: nothing. Throws HostError if it belongs to another user: klab runs
 * programs that lie in the cache, and its owner can still change what was checked.
 */
export async function ownEntry(path: string): Promise<Stats | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.uid === ownUid()) return found
  throw new HostError(
    english('{path}: belongs to another user ({uid}); each user needs a cache of their own', { path, uid: found.uid }),
    {
      hint: 'export KLAB_CACHE_DIR=/a/folder/of/your/own',
    },
  )
}

/**
 * The file or folder `path`. If it does not exist, `fill` makes it as `path`.part; a second klab waits for the first.
 * What a killed klab left of `path`.part is given to the next `fill`. Throws HostError (another user's, see ownEntry),
 * what `fill` throws, Interrupted.
 */
export async function cachedEntry(
  c: CacheContext,
  path: string,
  fill: (part: string) => Promise<void>,
): Promise<string> {
  if (await ownEntry(path)) return path
  await makeDir(dirname(path))
  const holder = { verb: 'download', pid: 0, since: c.clock.now() }
  const lock = await acquireLock(c.exec, `${path}.lock`, holder, {
    waitMs: Infinity,
    ...(c.signal && { signal: c.signal }),
  })
  try {
    if (await ownEntry(path)) return path
    const part = `${path}.part`
    await ownEntry(part).catch(() => rm(part, { recursive: true, force: true }))
    await fill(part)
    await rename(part, path)
    return path
  } finally {
    await lock.release()
  }
}
