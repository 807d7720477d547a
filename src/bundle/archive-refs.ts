/** Which images a docker archive holds, without unpacking it: headers are read, contents skipped. */
import { open, type FileHandle } from 'node:fs/promises'
import { CorruptError } from '../errors.js'
import type { ArchiveEntry } from './docker-archive.js'

const BLOCK = 512
/** manifest.json of hundreds of images is smaller. */
const MAX_MANIFEST = 4 * 1024 * 1024

/** References in an archive of `docker save` (or skopeo's docker-archive), as it writes them. Throws CorruptError when it is none. */
export async function archiveRefs(file: string): Promise<readonly string[]> {
  const handle = await open(file)
  try {
    const text = await findFile(handle, 'manifest.json')
    const entries: unknown = text === undefined ? undefined : JSON.parse(text)
    if (!Array.isArray(entries)) throw bad(file, 'it has no manifest.json')
    return (entries as Partial<ArchiveEntry>[]).flatMap((e) => e.RepoTags ?? [])
  } catch (cause) {
    throw cause instanceof SyntaxError ? bad(file, 'its manifest.json is not JSON') : cause
  } finally {
    await handle.close()
  }
}

const bad = (file: string, why: string): CorruptError =>
  new CorruptError(`${file} is no image archive: ${why}`, { hint: 'make it with docker save, uncompressed' })

/** The text of a file in a tar (POSIX.1-1988 ustar, which GNU and PAX archives keep to where names are this short). */
async function findFile(handle: FileHandle, name: string): Promise<string | undefined> {
  const header = Buffer.alloc(BLOCK)
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(header, 0, BLOCK, at)
    if (bytesRead < BLOCK || header[0] === 0) return undefined
    const size = sizeOf(header)
    if (size === undefined) return undefined
    const found = header.subarray(0, 100).toString().replace(/\0.*$/s, '').replace(/^\.\//, '')
    if (found === name && size <= MAX_MANIFEST) {
      const body = Buffer.alloc(size)
      await handle.read(body, 0, size, at + BLOCK)
      return body.toString()
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

/** An entry's size: octal, or (GNU, from 8 GiB on) a big-endian number with the first bit set. undefined: no header. */
function sizeOf(header: Buffer): number | undefined {
  const field = header.subarray(124, 136)
  if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(4))
  const octal = /^[0-7 ]+/.exec(field.toString('latin1'))?.[0]
  return octal === undefined ? undefined : Number.parseInt(octal.trim() || '0', 8)
}
