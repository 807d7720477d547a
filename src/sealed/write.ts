/** Writing a sealed lab as one file: tar, through zstd, sums taken on the way. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CorruptError, Interrupted } from '../errors.js'
import { nameFile, openNew } from '../host/files.js'
import type { HostExec } from '../host/types.js'
import { FACTS, SUMS } from './names.js'
import { BLOCK, padding, tarHeader } from './tar.js'
import type { SealedFacts, Progress, SealedFile } from './types.js'
import { english } from '../words/say.js'

const CHUNK = 2 ** 20

/** A file of facts.files with where it is now. */
export interface SourceFile extends SealedFile {
  readonly path: string
}

/** seal.json as it is written; its sha256 is the sealed lab's digest. */
export const factsText = (facts: SealedFacts): string => `${JSON.stringify(facts, undefined, 2)}\n`

async function* content(source: SourceFile, hash: Hash): AsyncGenerator<Buffer> {
  let left = source.size
  for await (const chunk of createReadStream(source.path, { highWaterMark: CHUNK })) {
    const part = (chunk as Buffer).subarray(0, left)
    left -= part.length
    hash.update(part)
    if (part.length > 0) yield part
  }
  if (left > 0) throw new CorruptError(english('{path}: became shorter while it was read', { path: source.path }))
}

async function* archive(
  facts: SealedFacts,
  sources: readonly SourceFile[],
  progress: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const sums: string[] = []
  const small = (name: string, text: string): Buffer => {
    const data = Buffer.from(text)
    return Buffer.concat([tarHeader(name, data.length), data, Buffer.alloc(padding(data.length))])
  }
  const head = factsText(facts)
  sums.push(`${createHash('sha256').update(head).digest('hex')}  ${FACTS}`)
  yield small(FACTS, head)
  for (const source of sources) {
    const hash = createHash('sha256')
    yield tarHeader(source.name, source.size)
    for await (const chunk of content(source, hash)) {
      progress(chunk.length)
      yield chunk
    }
    yield Buffer.alloc(padding(source.size))
    sums.push(`${hash.digest('hex')}  ${source.name}`)
  }
  yield small(SUMS, `${sums.join('\n')}\n`)
  yield Buffer.alloc(2 * BLOCK)
}

/**
 * Writes `path` completely or not at all, 0600. `sources` are in the order of facts.files. Throws CommandError,
 * CorruptError, Interrupted, and what the file system throws.
 */
export async function writeSeal(
  host: HostExec,
  {
    path,
    facts,
    sources,
    o,
  }: {
    readonly path: string
    readonly facts: SealedFacts
    readonly sources: readonly SourceFile[]
    readonly o: { readonly signal: AbortSignal; readonly progress: Progress }
  },
): Promise<void> {
  const partial = `${path}.partial`
  const all = sources.reduce((a, s) => a + s.size, 0)
  let done = 0
  const file = await openNew(partial)
  const zstd = await host.filter(['zstd', '-q', '-3', '-T0', '-c'])
  const bytes = Readable.from(
    archive(facts, sources, (n) => o.progress((done += n), all)),
    { objectMode: false },
  )
  const drain = async (): Promise<void> => {
    for await (const chunk of zstd.output) await file.writeFile(chunk as Buffer)
  }
  const feed = pipeline(bytes, zstd.input, { signal: o.signal })
  const written = drain()
  try {
    await Promise.all([feed, written])
    await zstd.done
    await file.sync()
    await rename(partial, path)
    const dir = await open(dirname(path), 'r')
    await dir.sync().finally(() => dir.close())
  } catch (error) {
    zstd.kill()
    await Promise.allSettled([feed, written])
    await rm(partial, { force: true })
    if (o.signal.aborted) throw new Interrupted()
    throw nameFile(error, path)
  } finally {
    await file.close()
  }
}
