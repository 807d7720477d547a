/** Files from the network into the cache: resumed, tried again, checked, and there only when whole. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError, HostError, Interrupted, KlabError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import { acquireLock } from './lock.js'
import type { Digest } from './types.js'

/** How often a broken connection is taken up again before giving up; the pauses double from one second. */
const TRIES = 5
const FIRST_PAUSE_MS = 1000
/** A server that sends nothing for so long counts as gone. */
const IDLE_MS = 60_000

export interface DownloadOptions {
  readonly url: string
  readonly sha256: Digest
  /** Keeps the file as `dir`/SHA256. */
  readonly dir: string
  readonly exec: HostExec
  readonly clock: Clock
  readonly idleMs?: number
  /** Bytes so far and in all (undefined when the server does not say). */
  readonly onProgress?: (bytes: number, total: number | undefined) => void
  readonly signal?: AbortSignal
}

/**
 * The path of the file with this sum, downloaded unless it is in the cache; a second klab waits for the first.
 * Throws StateError (refused, or cut again and again), CorruptError (another sum), HostError (disk full), Interrupted.
 */
export async function download(o: DownloadOptions): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(o.sha256)) throw new TypeError(`not a sha256: ${o.sha256}`)
  const path = join(o.dir, o.sha256)
  if (await exists(path)) return path
  await mkdir(o.dir, { recursive: true, mode: 0o700 })
  const holder = { verb: 'download', pid: 0, since: o.clock.now() }
  const lock = await acquireLock(o.exec, `${path}.lock`, holder, { waitMs: Infinity, ...(o.signal && { signal: o.signal }) })
  try {
    if (await exists(path)) return path
    const part = `${path}.part`
    await fill(o, part)
    await rename(part, path)
    return path
  } finally {
    await lock.release()
  }
}

/** A failure that another try may mend. */
class Broken extends Error {}

async function fill(o: DownloadOptions, part: string): Promise<void> {
  let old = await exists(part)
  for (let failures = 0; ;) {
    try {
      const sum = await attempt(o, part)
      if (sum === o.sha256) return
      await rm(part, { force: true })
      // What an earlier klab left may be the culprit: once more from the start before blaming the server.
      if (!old) {
        const what = `${o.url}: sha256 is ${sum}, but ${o.sha256} was expected`
        throw new CorruptError(what, { hint: 'check the url and the sha256 in the Labfile' })
      }
      old = false
    } catch (error) {
      if (o.signal?.aborted) throw new Interrupted()
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new HostError(`${o.dir}: no space left for ${o.url}`, {
          hint: `free some, then run the same again: df -h ${o.dir}`,
          cause: error,
        })
      }
      if (!(error instanceof Broken)) throw error
      if (++failures >= TRIES) {
        throw new StateError(`${o.url}: ${error.message} (tried ${TRIES} times)`, {
          hint: 'run the same command again: it goes on where it stopped',
          cause: error,
        })
      }
      await o.clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 1), o.signal)
    }
  }
}

/** One connection: adds to the partial file until the end; the sum of the whole. */
async function attempt(o: DownloadOptions, part: string): Promise<Digest> {
  let hash = createHash('sha256')
  let bytes = await hashPart(part, hash)
  // Killed between the last byte and the rename: nothing to ask for.
  if (bytes > 0 && hash.copy().digest('hex') === o.sha256) return o.sha256
  const idle = new AbortController()
  const stop = AbortSignal.any([idle.signal, ...(o.signal ? [o.signal] : [])])
  const timer = setTimeout(() => idle.abort(), o.idleMs ?? IDLE_MS)
  try {
    const response = await fetch(o.url, { signal: stop, headers: bytes > 0 ? { range: `bytes=${bytes}-` } : {} }).catch(broken)
    if (response.status === 416) {
      await rm(part, { force: true })
      throw new Broken('the server would not go on in the middle')
    }
    const resumed = response.status === 206 && bytes > 0
    if (!resumed && response.status !== 200) throw refused(o.url, response.status)
    if (!resumed) {
      hash = createHash('sha256')
      bytes = 0
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    // The length of a compressed answer is not the file's.
    const total = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : bytes + length
    const file = await open(part, resumed ? 'a' : 'w', 0o600)
    try {
      for await (const chunk of chunks(response)) {
        timer.refresh()
        await file.writeFile(chunk)
        hash.update(chunk)
        bytes += chunk.length
        o.onProgress?.(bytes, total)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (total !== undefined && bytes < total) throw new Broken(`the connection ended at ${bytes} of ${total} bytes`)
    return hash.digest('hex')
  } catch (error) {
    throw idle.signal.aborted ? new Broken(`nothing came for ${(o.idleMs ?? IDLE_MS) / 1000} s`) : error
  } finally {
    clearTimeout(timer)
    idle.abort()
  }
}

async function hashPart(part: string, hash: Hash): Promise<number> {
  const size = await stat(part).then(
    (s) => s.size,
    () => 0,
  )
  if (size > 0) for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer)
  return size
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  for (;;) {
    const next = await reader?.read().catch(broken)
    if (next?.value === undefined) return
    yield next.value as Uint8Array
  }
}

/** fetch says only `fetch failed` or `terminated`; the reason is in the cause. */
function broken(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error)
  throw new Broken(cause.message || (cause as NodeJS.ErrnoException).code || 'the connection broke', { cause: error })
}

function refused(url: string, status: number): KlabError | Broken {
  // 408, 429 and 5xx are of the moment (RFC 9110, section 15; RFC 6585).
  if (status === 408 || status === 429 || status >= 500) return new Broken(`the server answered ${status}`)
  return new StateError(`${url}: the server answered ${status}${status === 404 ? ' (not there)' : ''}`, { hint: 'check the url' })
}
