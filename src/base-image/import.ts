/** An imported disk image (a file, or downloaded) as a layer. */
import { chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError, StateError } from '../errors.js'
import { LONG_MS } from '../host/limits.js'
import type { HostExec } from '../host/types.js'
import { digestOf, sha256File } from '../host/digest.js'
import type { Digest } from '../host/digest.js'
import { diskFormat } from './disk-format.js'
import { english } from '../words/say.js'

const FORMAT = 1

/** The layer's key for an image whose content has this sum. */
export const importKey = (sha256: Digest): Digest => digestOf({ kind: 'imported-image', format: FORMAT, sha256 })

/** The sum of the file. Throws StateError if it is not a readable file, CorruptError if `expected` is another sum. */
export async function checkedSum(path: string, expected: Digest | undefined): Promise<Digest> {
  const file = await stat(path).catch(() => undefined)
  if (!file?.isFile())
    throw new StateError(english('{path}: no such image file', { path }), {
      hint: english('correct image.path in the Labfile'),
    })
  const sum = await sha256File(path)
  if (expected !== undefined && sum !== expected) {
    throw new CorruptError(english('{path}: sha256 is {sum}, the Labfile says {expected}', { path, sum, expected }), {
      hint: english('correct the file or image.sha256'),
    })
  }
  return sum
}

/**
 * Writes `dir`/disk.qcow2 from the image. It is a new file, so that it has only the disk's content: no snapshots, no
 * references, and no compression, which would slow down every read of an emulated machine. Throws CorruptError,
 * CommandError.
 */
export async function importImage(exec: HostExec, source: string, dir: string, signal?: AbortSignal): Promise<void> {
  const format = await diskFormat(source)
  const disk = join(dir, 'disk.qcow2')
  await exec.run(['qemu-img', 'convert', '-f', format, '-O', 'qcow2', '--', source, disk], {
    timeoutMs: LONG_MS,
    ...(signal && { signal }),
  })
  await chmod(disk, 0o444)
}
