/**
 * Takes single files out of a compressed tar that anybody may have made: no name in it becomes a path, and its size has
 * a limit.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CorruptError } from '../../errors.js'
import { kindOfFile } from '../../host/file-kind.js'
import { limited, limitIn } from './limit.js'
import { readTarIndex } from './tar-index.js'
import { english } from '../../words/say.js'

/** Unpacked size: the CNI plugins have 60 to 90 MB, crictl 50. */
const MOST_BYTES = 512 * 2 ** 20

/**
 * Writes the plain files at the top of a .tar.gz (or .tar) that `wanted` accepts into `dir`, which is made. Returns
 * name → path. Links and folders are left out. Throws CorruptError if it is damaged or far too large.
 */
export async function takeFiles(
  archive: string,
  dir: string,
  wanted: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const bad = (why: string): CorruptError =>
    new CorruptError(english('{path}: {why}', { path: archive, why }), {
      hint: english('get the file again from its source'),
    })
  const options = signal ? { signal } : {}
  const tar = `${dir}.tar`
  const limit = limited(await limitIn(dirname(dir), MOST_BYTES, archive))
  try {
    const out = createWriteStream(tar, { mode: 0o600 })
    const unpack = (await kindOfFile(archive)) === 'gzip' ? [createGunzip()] : []
    await pipeline([createReadStream(archive), ...unpack, limit, out], options).catch((error: unknown) => {
      if (/^Z_/.test(String((error as NodeJS.ErrnoException).code))) throw bad('is damaged')
      throw error
    })
    await mkdir(dir)
    const found = new Map<string, string>()
    for (const { name, type, offset, size } of await readTarIndex(tar)) {
      if (type !== 'file' || size === 0 || !/^[\w][\w.-]*$/.test(name) || !wanted(name) || found.has(name)) continue
      const to = join(dir, name)
      await pipeline(createReadStream(tar, { start: offset, end: offset + size - 1 }), createWriteStream(to), options)
      await chmod(to, 0o755)
      found.set(name, to)
    }
    return found
  } finally {
    await rm(tar, { force: true })
  }
}
