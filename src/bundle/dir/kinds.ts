/** What a file is by its first bytes, whatever its name says. */
import { openPlain } from '../../host/digest.js'

export type Kind = 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'tar' | 'program' | 'other'

/** First bytes, in hex, and where they are (tar: POSIX ustar and GNU both write `ustar` there). */
const MAGIC: readonly (readonly [kind: Kind, at: number, hex: string])[] = [
  ['gzip', 0, '1f8b'],
  ['xz', 0, 'fd377a585a00'],
  ['zstd', 0, '28b52ffd'],
  ['bzip2', 0, '425a68'],
  ['program', 0, '7f454c46'],
  ['tar', 257, '7573746172'],
]

/** Throws CorruptError for what is no plain file. */
export async function kindOf(path: string): Promise<Kind> {
  const file = await openPlain(path)
  const head = await file
    .read(Buffer.alloc(512), 0, 512, 0)
    .then((r) => r.buffer)
    .finally(() => file.close())
  const hex = (at: number, bytes: number): string => head.toString('hex', at, at + bytes)
  return MAGIC.find(([, at, magic]) => hex(at, magic.length / 2) === magic)?.[0] ?? 'other'
}

export const isCompressed = (kind: Kind): boolean => ['gzip', 'xz', 'zstd', 'bzip2'].includes(kind)

/** What macOS, Windows, editors and file systems leave beside files. */
export const leftBehind = (path: string): boolean =>
  /(?:^|\/)(?:\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|[^/]*~)$|(?:^|\/)(?:__MACOSX|lost\+found|\.Trash[^/]*)\//.test(
    path,
  )
