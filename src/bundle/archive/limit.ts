/** A limit for what is unpacked: a small file that becomes a huge one must not fill the disk. */
import { statfs } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { CorruptError, HostError } from '../../errors.js'
import { english } from '../../words/say.js'

const MIB = 2 ** 20
/** Bytes left free for others. */
const RESERVE = 64 * MIB

export interface Limit {
  readonly bytes: number
  readonly error: () => CorruptError | HostError
}

/** At most so many bytes, and no more than `dir` has room for. `what`: for the message. */
export async function limitIn(dir: string, bytes: number, what: string): Promise<Limit> {
  const fs = await statfs(dir)
  const free = Math.max(0, fs.bavail * fs.bsize - RESERVE)
  if (free < bytes)
    return {
      bytes: free,
      error: () =>
        new HostError(
          english('{what}: unpacks to more than {most} MiB, which is what {dir} has room for', {
            what,
            most: Math.floor(free / MIB),
            dir,
          }),
          {
            hint: `df -h ${dir}`,
          },
        ),
    }
  const hint = 'get the file again from its source'
  return {
    bytes,
    error: () =>
      new CorruptError(english('{what}: unpacks to more than {most} MiB', { what, most: Math.floor(bytes / MIB) }), {
        hint,
      }),
  }
}

/** Passes bytes on, and fails beyond the limit. */
export function limited(limit: Limit): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes > limit.bytes) done(limit.error())
      else done(null, chunk)
    },
  })
}
