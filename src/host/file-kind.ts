/** What a file is by its first bytes, whatever its name says. */
import type { FileHandle } from 'node:fs/promises'
import { openPlain } from './files.js'

export type FileKind = 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'zip' | 'tar' | 'iso' | 'program' | 'deb' | 'rpm' | 'other'

/** First bytes, in hex, and where they are. */
const MAGIC: readonly (readonly [kind: FileKind, at: number, hex: string])[] = [
  ['gzip', 0, '1f8b'],
  ['xz', 0, 'fd377a585a00'],
  ['zstd', 0, '28b52ffd'],
  ['bzip2', 0, '425a68'],
  ['zip', 0, '504b0304'],
  // ELF, elf(5).
  ['program', 0, '7f454c46'],
  // deb(5): an ar archive that begins with debian-binary; rpm's lead, RPM file format.
  ['deb', 0, Buffer.from('!<arch>\ndebian-binary').toString('hex')],
  ['rpm', 0, 'edabeedb'],
  // POSIX ustar and GNU both write `ustar` there.
  ['tar', 257, '7573746172'],
  // "CD001" of ISO 9660 (ECMA-119, 8.4.2); most of them also look like a disk to a BIOS.
  ['iso', 32_769, '4344303031'],
]

/** The kind of an open file. */
export async function kindOfOpen(file: FileHandle): Promise<FileKind> {
  for (const [kind, at, magic] of MAGIC) {
    const bytes = Buffer.alloc(magic.length / 2)
    await file.read(bytes, 0, bytes.length, at)
    if (bytes.toString('hex') === magic) return kind
  }
  return 'other'
}

/** Throws CorruptError if it is not a plain file. */
export async function kindOfFile(path: string): Promise<FileKind> {
  const file = await openPlain(path)
  return kindOfOpen(file).finally(() => file.close())
}

export const isCompressed = (kind: FileKind): boolean => ['gzip', 'xz', 'zstd', 'bzip2'].includes(kind)
