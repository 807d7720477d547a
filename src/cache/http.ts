/** HTTP for downloads: what a silent, cut or busy connection means, and how often it is tried again. */
import { HostError, Interrupted, StateError } from '../errors.js'
import type { Clock } from '../host/types.js'
import { english } from '../words/say.js'

/** How often a broken connection is tried again before giving up. The pauses double from one second. */
const TRIES = 5
const FIRST_PAUSE_MS = 1000
/** A server that sends nothing for so long counts as gone. If it sends anything, klab waits, however slow it is. */
export const IDLE_MS = 60_000

/** A failure that another try may fix. */
export class RetryableError extends Error {}

/** A server's answer that another try would not change. */
export class RefusedError extends StateError {
  constructor(
    readonly url: string,
    readonly status: number,
    hint = 'check the address',
  ) {
    super(`${url}: the server answered ${status}${status === 404 ? ' (not there)' : ''}`, { hint })
  }
}

export interface TryAgainOptions {
  /** What is downloaded, for messages: an address. */
  readonly what: string
  /** Where it goes, for the message about a full disk. */
  readonly dir: string
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/**
 * Does it again, up to five times in all, as long as it fails with RetryableError. Throws StateError (given up),
 * HostError (disk full), Interrupted, and what else `attempt` throws.
 */
export async function tryAgain<T>(o: TryAgainOptions, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await attempt()
    } catch (error) {
      if (o.signal?.aborted) throw new Interrupted()
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new HostError(english('{dir}: no space left for {what}', { dir: o.dir, what: o.what }), {
          hint: english('free some, then run the same again: df -h {dir}', { dir: o.dir }),
          cause: error,
        })
      }
      if (!(error instanceof RetryableError)) throw error
      if (++failures >= TRIES) {
        throw new StateError(
          english('{what}: {message} (tried {tries} times)', { what: o.what, message: error.message, tries: TRIES }),
          {
            hint: english('run the same command again: it continues where it stopped'),
            cause: error,
          },
        )
      }
      await o.clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 1), o.signal)
    }
  }
}

export interface ReceiveOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly idleMs?: number
  readonly signal?: AbortSignal
}

/**
 * One GET. `use` gets the answer (status 200, 206 or 416) and its bytes as they come. Throws RetryableError for what
 * another try may fix, RefusedError for every other status and for an https address that leads to a plain http one.
 */
export async function receive<T>(
  o: ReceiveOptions,
  use: (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const idleMs = o.idleMs ?? IDLE_MS
  const idle = new AbortController()
  const stop = AbortSignal.any([idle.signal, ...(o.signal ? [o.signal] : [])])
  const timer = setTimeout(() => idle.abort(), idleMs)
  try {
    const response = await fetch(o.url, { signal: stop, headers: { ...o.headers } }).catch(broken)
    timer.refresh()
    if (![200, 206, 416].includes(response.status)) throw refused(o.url, response.status)
    if (o.url.startsWith('https:') && response.url.startsWith('http:'))
      throw new StateError(english('{url}: redirects to an address without https', { url: o.url }), {
        hint: english('check the address'),
      })
    return await use(
      response,
      chunks(response, () => timer.refresh()),
    )
  } catch (error) {
    throw idle.signal.aborted
      ? new RetryableError(english('no data for {seconds} s', { seconds: idleMs / 1000 }))
      : error
  } finally {
    clearTimeout(timer)
    idle.abort()
  }
}

async function* chunks(response: Response, onChunk: () => void): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  for (;;) {
    const next = await reader?.read().catch(broken)
    if (next?.value === undefined) return
    onChunk()
    yield next.value as Uint8Array
  }
}

/** fetch says only `fetch failed` or `terminated`; its cause has the reason. */
function broken(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error)
  throw new RetryableError(cause.message || (cause as NodeJS.ErrnoException).code || 'the connection broke', {
    cause: error,
  })
}

function refused(url: string, status: number): RefusedError | RetryableError {
  // 408, 429 and 5xx are temporary (RFC 9110, section 15; RFC 6585).
  if (status === 408 || status === 429 || status >= 500)
    return new RetryableError(english('the server answered {status}', { status }))
  return new RefusedError(url, status)
}

/**
 * A small file whose sum is not known before (a checksum, an index, a manifest). Throws StateError if it is larger than
 * `maxBytes`, and what `receive` and `tryAgain` throw.
 */
export async function fetchSmall(
  o: ReceiveOptions & Omit<TryAgainOptions, 'what' | 'dir'>,
  maxBytes: number,
): Promise<Buffer> {
  return tryAgain({ ...o, what: o.url, dir: '' }, () =>
    receive(o, async (response, parts) => {
      const length = Number(response.headers.get('content-length') ?? Number.NaN)
      const all: Uint8Array[] = []
      let bytes = 0
      for await (const part of parts) {
        bytes += part.length
        if (bytes > maxBytes)
          throw new StateError(english('{url}: more than {bytes} bytes', { url: o.url, bytes: maxBytes }), {
            hint: english('check the address'),
          })
        all.push(part)
      }
      if (bytes < length && !response.headers.has('content-encoding'))
        throw new RetryableError(english('the connection ended at {bytes} of {total} bytes', { bytes, total: length }))
      return Buffer.concat(all)
    }),
  )
}
