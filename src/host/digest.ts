/** sha256 of files and of plain data. */
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { Interrupted } from '../errors.js'
import { openPlain } from './files.js'

/** Hex sha256. */
export type Digest = string

/** Hex sha256 of these bytes, or of a text as UTF-8. */
export const sha256Of = (data: string | Uint8Array): Digest => createHash('sha256').update(data).digest('hex')

/** Hex sha256 of a plain file, read as a stream. Throws CorruptError for anything else, Interrupted. */
export async function sha256File(path: string, signal?: AbortSignal): Promise<Digest> {
  const hash = createHash('sha256')
  const file = await openPlain(path)
  try {
    await pipeline(file.createReadStream({ highWaterMark: 1 << 20, autoClose: false }), hash, signal ? { signal } : {})
  } catch (error) {
    throw signal?.aborted ? new Interrupted() : error
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** Hex sha256 of plain data as JSON with sorted keys, so that the order in which fields were set does not matter. */
export function digestOf(data: unknown): Digest {
  const sorted = JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return sha256Of(sorted)
}
