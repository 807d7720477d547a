/** sha256 of files and of plain data. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** Hex sha256. */
export type Digest = string

/** Hex sha256 of a file, read as a stream. */
export async function sha256File(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Hex sha256 of plain data as JSON with sorted keys, so that the order in which fields were set does not matter. */
export function digestOf(data: unknown): Digest {
  const sorted = JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return createHash('sha256').update(sorted).digest('hex')
}
