/** Downloads files into the cache: resumed, tried again, checked, and there only when complete. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import { exists } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import { cachedEntry } from './entry.js'
import { RetryableError, fetchSmall, tryAgain, receive, RefusedError } from './http.js'
import { english } from '../words/say.js'

/** The largest size of a checksum file: one line for each file of a release. */
const MAX_SUMS_BYTES = 1 << 20

export interface DownloadPlace {
  /** Keeps each file as `dir`/SUM. */
  readonly dir: string
  readonly exec: HostExec
  readonly clock: Clock
  readonly idleMs?: number
  /** Bytes so far and in all (undefined when the server does not say). */
  readonly onProgress?: (bytes: number, total: number | undefined) => void
  readonly signal?: AbortSignal
}

export interface DownloadOptions extends DownloadPlace {
  readonly url: string
  /** sha256 (64 hex digits) or sha512 (128). */
  readonly sum: string
  /** What to do about a wrong sum. */
  readonly hint?: string
}

/**
 * The path of the file with this sum. Downloads it unless it is in the cache; a second klab waits for the first. Throws
 * StateError (refused, or cut again and again), CorruptError (another sum), HostError (disk full), Interrupted.
 */
export async function download(o: DownloadOptions): Promise<string> {
  if (!/^(?:[0-9a-f]{64}){1,2}$/.test(o.sum)) throw new TypeError(`not a sha256 or sha512: ${o.sum}`)
  return cachedEntry(o, join(o.dir, o.sum), async (part) => {
    let old = await exists(part)
    await tryAgain({ ...o, what: o.url }, async () => {
      for (;;) {
        const sum = await attempt(o, part)
        if (sum === o.sum) return
        await rm(part, { force: true })
        // An earlier klab may have left a damaged part. Try once more from the start before blaming the server.
        if (!old) {
          const what = `${o.url}: ${algorithm(o.sum)} is ${sum}, but ${o.sum} was expected`
          throw new CorruptError(what, { hint: o.hint ?? 'check the url and the sha256 in the Labfile' })
        }
        old = false
      }
    })
  })
}

/**
 * The same for a file whose checksum is beside it, `URL.sha256` or `URL.sha512`, as on release servers. Throws
 * StateError if neither exists, CorruptError if it has no sum.
 */
export async function downloadWithSum(
  o: DownloadPlace & { readonly url: string },
): Promise<{ path: string; sum: string }> {
  const sum = await publishedSum(o, '.sha256', 64).catch((error: unknown) => {
    if (error instanceof RefusedError && error.status === 404) return publishedSum(o, '.sha512', 128)
    throw error
  })
  const hint = 'the server (or a mirror of it) does not agree with its own checksum: try later, or another mirror'
  return { path: await download({ ...o, sum, hint }), sum }
}

async function publishedSum(
  o: DownloadPlace & { readonly url: string },
  ending: string,
  digits: number,
): Promise<string> {
  const url = `${o.url}${ending}`
  const sum = sumIn(
    (await fetchSmall({ ...o, url }, MAX_SUMS_BYTES)).toString('utf8'),
    o.url.split('/').at(-1) ?? '',
    digits,
  )
  if (sum === undefined)
    throw new CorruptError(english('{url}: has no checksum of {digits} digits', { url, digits }), {
      hint: english('check the address'),
    })
  return sum
}

/** The sum of a file in a checksum file: alone in it, or on the line that names the file (sha256sum(1)). */
export function sumIn(text: string, name: string, digits = 64): string | undefined {
  const found = text.split('\n').flatMap((line) => {
    const match = new RegExp(`^([0-9a-fA-F]{${digits}})(?:[ \\t]+\\*?(\\S+))?\\s*$`).exec(line)
    return match ? [{ sum: (match[1] ?? '').toLowerCase(), file: match[2]?.split('/').at(-1) }] : []
  })
  return (
    found.find((f) => f.file === name) ?? (found.length === 1 ? found.find((f) => f.file === undefined) : undefined)
  )?.sum
}

const algorithm = (sum: string): 'sha256' | 'sha512' => (sum.length === 64 ? 'sha256' : 'sha512')

/** One connection: adds to the partial file until the end. Returns the sum of the whole file. */
async function attempt(o: DownloadOptions, part: string): Promise<string> {
  let hash = createHash(algorithm(o.sum))
  let bytes = await hashPart(part, hash)
  // klab was killed between the last byte and the rename: there is nothing left to download.
  if (bytes > 0 && hash.copy().digest('hex') === o.sum) return o.sum
  return receive({ ...o, headers: bytes > 0 ? { range: `bytes=${bytes}-` } : {} }, async (response, chunks) => {
    if (response.status === 416) {
      await rm(part, { force: true })
      throw new RetryableError(english('the server cannot continue a download'))
    }
    const resumed = response.status === 206 && bytes > 0
    if (!resumed) {
      hash = createHash(algorithm(o.sum))
      bytes = 0
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    // The length of a compressed answer is not that of the file.
    const total = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : bytes + length
    const file = await open(part, resumed ? 'a' : 'w', 0o600)
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk)
        hash.update(chunk)
        bytes += chunk.length
        o.onProgress?.(bytes, total)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (total !== undefined && bytes < total)
      throw new RetryableError(english('the connection ended at {bytes} of {total} bytes', { bytes, total }))
    return hash.digest('hex')
  })
}

async function hashPart(part: string, hash: Hash): Promise<number> {
  const size = await stat(part).then(
    (s) => s.size,
    () => 0,
  )
  if (size > 0) for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer)
  return size
}

/** A line every 16 MiB is enough to see progress. */
const STEP = 16 * 2 ** 20
const mib = (bytes: number): number => Math.round(bytes / 2 ** 20)

/** An onProgress that reports lines such as `32 of 110 MiB`, after `name` where there is one. */
export function progressLines(
  report: (line: string) => void,
  name = '',
): (bytes: number, total: number | undefined) => void {
  let said = 0
  return (bytes, total) => {
    if (bytes < said) said = 0
    if (bytes - said < STEP && (bytes !== total || bytes === said)) return
    said = bytes
    report(`${name === '' ? '' : `${name}: `}${mib(bytes)}${total === undefined ? '' : ` of ${mib(total)}`} MiB`)
  }
}
