/**
 * Reads a sealed lab from a file that anybody may have made. Every byte is counted and summed, and klab writes only
 * where the caller says.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { CommandError, CorruptError, Interrupted } from '../errors.js'
import type { HostExec } from '../host/types.js'
import { MOST_FACTS, parseSealedFacts } from './facts.js'
import { FACTS, SUMS } from './names.js'
import { BLOCK, padding, parseTarHeader } from './tar.js'
import type { SealedFacts, Progress } from './types.js'
import { english } from '../words/say.js'

/** The length of a sum in the list, and of its name. */
const MOST_SUMS = 2 ** 18

interface Taken {
  readonly facts: SealedFacts
  /** sha256 of seal.json. */
  readonly digest: string
}

/** The stream ended before it should. */
class CutShort extends CorruptError {}

/** A stream that is taken piece by piece. */
class Pieces {
  private rest: Buffer = Buffer.alloc(0)
  private readonly chunks: AsyncIterator<Buffer>
  constructor(
    stream: AsyncIterable<Buffer>,
    private readonly path: string,
  ) {
    this.chunks = stream[Symbol.asyncIterator]()
  }

  /** From 1 to `most` bytes. Throws CorruptError at the end. */
  async some(most: number): Promise<Buffer> {
    if (this.rest.length === 0) {
      const next = await this.chunks.next()
      if (next.done === true) throw new CutShort(`${this.path}: is cut short`, { hint: english('copy the file again') })
      this.rest = next.value
    }
    const part = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(part.length)
    return part
  }

  /** Exactly this many. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = length; left > 0;) {
      const part = await this.some(left)
      left -= part.length
      parts.push(part)
    }
    return Buffer.concat(parts)
  }
}

/** Runs `work` on the archive inside a compressed file. */
async function withArchive<T>(
  host: HostExec,
  path: string,
  signal: AbortSignal,
  work: (pieces: Pieces) => Promise<T>,
): Promise<T> {
  const zstd = await host.filter(['zstd', '-q', '-d', '-c'])
  // It ends with an error if we stop reading before the end. Only zstd's own message counts.
  const fed = pipeline(createReadStream(path), zstd.input, { signal }).catch(() => undefined)
  const stop = (): void => zstd.kill()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(new Pieces(zstd.output as AsyncIterable<Buffer>, path))
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    // If zstd cannot read the file, the stream ends early. What zstd says is the better reason.
    if (!(error instanceof CutShort)) throw error
    await zstd.done.catch((cause: unknown) => {
      if (cause instanceof CommandError)
        throw new CorruptError(english('{path}: is not a sealed lab, or is cut short', { path }), {
          hint: english('copy the file again'),
          cause,
        })
      throw cause
    })
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    zstd.kill()
    await fed
  }
}

async function takeFacts(pieces: Pieces, path: string): Promise<Taken> {
  const head = parseTarHeader(await pieces.take(BLOCK), path)
  if (head?.name !== FACTS || head.size > MOST_FACTS)
    throw new CorruptError(english('{path}: is not a sealed lab', { path }), {
      hint: english('klab snapshot export NAME FILE makes one'),
    })
  const text = await pieces.take(head.size)
  await pieces.take(padding(head.size))
  return {
    facts: parseSealedFacts(text.toString('utf8'), path),
    digest: createHash('sha256').update(text).digest('hex'),
  }
}

/**
 * What the file says about itself; the rest is not read. Throws CorruptError, HostError (no zstd), and what the file
 * system throws.
 */
export const readFacts = (host: HostExec, path: string, signal: AbortSignal): Promise<Taken> =>
  withArchive(host, path, signal, (pieces) => takeFacts(pieces, path))

export interface UnpackOptions {
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Where a file goes; undefined: it is only summed. */
  readonly place: (name: string) => string | undefined
  /** The result of readFacts. In between, the file must not have been replaced. */
  readonly digest: string
}

/**
 * Writes the files to their places (0600, never over anything) and checks them all. If it throws CorruptError, what was
 * written is worthless.
 */
export async function unpackSeal(host: HostExec, path: string, o: UnpackOptions): Promise<void> {
  await withArchive(host, path, o.signal, async (pieces) => {
    const { facts, digest } = await takeFacts(pieces, path)
    if (digest !== o.digest) throw new CorruptError(english('{path}: was changed while it was read', { path }))
    const all = facts.files.reduce((a, f) => a + f.size, 0)
    let done = 0
    const sums = [`${digest}  ${FACTS}`]
    const image = new Map(facts.image.files.map((f) => [f.name, f.sha256]))
    for (const wanted of facts.files) {
      const head = parseTarHeader(await pieces.take(BLOCK), path)
      if (head?.name !== wanted.name || head.size !== wanted.size)
        throw new CorruptError(
          english('{path}: holds {found} where {wanted} of {size} bytes should be', {
            path,
            found: JSON.stringify(head?.name ?? 'nothing'),
            wanted: wanted.name,
            size: wanted.size,
          }),
        )
      if (o.signal.aborted) throw new Interrupted()
      const sum = await takeFile(pieces, wanted.size, o.place(wanted.name), (n) => o.progress((done += n), all))
      if (image.get(wanted.name) !== undefined && image.get(wanted.name) !== sum)
        throw new CorruptError(english('{path}: {name} has the wrong checksum', { path, name: wanted.name }))
      await pieces.take(padding(wanted.size))
      sums.push(`${sum}  ${wanted.name}`)
    }
    const last = parseTarHeader(await pieces.take(BLOCK), path)
    if (last?.name !== SUMS || last.size > MOST_SUMS)
      throw new CorruptError(
        english('{path}: holds {found} where its checksums should be', {
          path,
          found: JSON.stringify(last?.name ?? 'nothing'),
        }),
      )
    const said = (await pieces.take(last.size)).toString('utf8').trimEnd().split('\n')
    const wrong = sums.find((line, i) => said[i] !== line)
    if (wrong !== undefined || said.length !== sums.length)
      throw new CorruptError(
        english('{path}: {name} does not match its checksum', { path, name: wrong?.slice(66) ?? SUMS }),
        {
          hint: english('copy the file again'),
        },
      )
  })
}

/** One file's bytes; returns their sha256. */
async function takeFile(
  pieces: Pieces,
  size: number,
  to: string | undefined,
  progress: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  const file = to === undefined ? undefined : await open(to, 'wx', 0o600)
  try {
    for (let left = size; left > 0;) {
      const part = await pieces.some(left)
      left -= part.length
      hash.update(part)
      await file?.writeFile(part)
      progress(part.length)
    }
  } finally {
    await file?.close()
  }
  return hash.digest('hex')
}
