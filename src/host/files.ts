/** Files on the host: atomic writes, private folders, small questions. */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CorruptError, HostError } from '../errors.js'
import { parseJson } from './json.js'
import { requirePrivatePlace } from './ownership.js'
import { english } from '../words/say.js'

/** Whether anything is at `path`. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The file's text, or undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Opens it for reading, unless it is a device, a pipe or a folder: reading those may never end, or never begin. */
async function openIfPlain(path: string): Promise<{ file: FileHandle; size: number } | undefined> {
  // Not blocking: opening a pipe must not wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const s = await file.stat()
  if (s.isFile()) return { file, size: s.size }
  await file.close()
  return undefined
}

/** Opens a plain file for reading. Throws CorruptError for anything else. */
export async function openPlain(path: string): Promise<FileHandle> {
  const opened = await openIfPlain(path)
  if (!opened)
    throw new CorruptError(english('{path}: is not a plain file', { path }), {
      hint: english('look at it: ls -l {path}', { path }),
    })
  return opened.file
}

/**
 * The bytes of a plain file; undefined when there is none, it is not a plain file, or it has more than `maxBytes`.
 */
export async function readSmall(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const opened = await openIfPlain(path)
    if (!opened) return undefined
    const { file, size } = opened
    try {
      const all = Buffer.alloc(Math.min(size, maxBytes) + 1)
      let bytes = 0
      for (let read = -1; read !== 0 && bytes < all.length; bytes += read)
        read = (await file.read(all, bytes, all.length - bytes, bytes)).bytesRead
      return bytes > maxBytes ? undefined : all.subarray(0, bytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The end of a plain file, at most `maxBytes` of it; undefined when there is none. Throws CorruptError when it is no
 * plain file.
 */
export async function readEnd(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    const file = await openPlain(path)
    try {
      const { size } = await file.stat()
      const all = Buffer.alloc(Math.min(size, maxBytes))
      const { bytesRead } = await file.read(all, 0, all.length, size - all.length)
      return all.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Bytes. The longest is a bundle's manifest: 150 for each file. */
const MOST_JSON = 4 * 2 ** 20

/**
 * Parsed JSON, or undefined when the file is missing, cut short (a half-written file is never trusted) or no plain file
 * of at most 4 MiB.
 */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await readSmall(path, MOST_JSON)
  return bytes === undefined ? undefined : parseJson(bytes.toString('utf8'))
}

/** Node's error of a write, with the file that was written: Node does not name it. */
export function nameFile(error: unknown, path: string): unknown {
  if (error instanceof Error && 'syscall' in error && !('path' in error)) return Object.assign(error, { path })
  return error
}

/**
 * Writes a temporary file beside it, fsyncs and renames it, so that a reader sees the old file or the new one. Mode
 * 0600 unless told.
 */
export async function writeAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await replace(path, content, { mode, sync: true })
  const dir = await open(dirname(path), 'r')
  await dir.sync().finally(() => dir.close())
}

/** The same for what may be lost in a power cut, mode 0600: it does not wait for the disk, which may take seconds. */
export const writeQuick = (path: string, content: string): Promise<void> =>
  replace(path, content, { mode: 0o600, sync: false })

async function replace(
  path: string,
  content: string | Uint8Array,
  { mode, sync }: { readonly mode: number; readonly sync: boolean },
): Promise<void> {
  const temp = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temp, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.chmod(mode)
      if (sync) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw nameFile(error, path)
  }
}

/** Adds a line to a file, on disk before this returns; mode 0600. A killed klab may have left half a line before it. */
export async function appendLine(path: string, line: string): Promise<void> {
  await makeDir(dirname(path))
  const last = await readEnd(path, 1)
  const start = last === undefined || last === '' || last === '\n' ? '' : '\n'
  const file = await open(path, 'a', 0o600)
  try {
    await file.write(`${start}${line}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/**
 * Opens a new file for writing and replaces what is at `path`: an older file may have another mode, or be a link to
 * another place.
 */
export async function openNew(path: string, mode = 0o600): Promise<FileHandle> {
  await rm(path, { force: true })
  return open(path, 'wx+', mode)
}

/** Whose klab's files are. */
export const ownUid = (): number => process.getuid?.() ?? 0

/** Makes a folder. Nobody else may be able to change `place`, before or after. Throws HostError. */
async function makeIn(place: string, path: string, mode: number): Promise<void> {
  const who = { uid: ownUid(), env: process.env }
  await requirePrivatePlace(place, who)
  await mkdir(path, { recursive: true, mode })
  // Another process may have been faster.
  await requirePrivatePlace(place, who)
}

/** Makes a folder and those above it. Throws HostError if others could change one of them. */
export async function makeDir(path: string, mode = 0o700): Promise<string> {
  await makeIn(path, path, mode)
  return path
}

/**
 * Makes a folder of ours with exactly this mode. Throws HostError if it is a link, belongs to somebody else, or if
 * others could change a folder above it.
 */
export async function ensureDir(path: string, mode = 0o700): Promise<string> {
  await makeIn(dirname(path), path, mode)
  const s = await lstat(path)
  if (!s.isDirectory() || s.uid !== ownUid()) {
    throw new HostError(
      english('{path}: is not a folder of this user (owner {uid}); klab keeps keys there', { path, uid: s.uid }),
      {
        hint: english('move it away: mv {path} {path}.old', { path }),
      },
    )
  }
  if ((s.mode & 0o777) !== mode) await chmod(path, mode)
  return path
}

/**
 * What stays the same when a folder is renamed: device, inode, and its birth time (inodes are used again). Undefined:
 * the folder does not exist.
 */
export const folderMark = (path: string): Promise<string | undefined> =>
  stat(path, { bigint: true }).then(
    (s) => `${s.dev}:${s.ino}:${s.birthtimeNs}`,
    () => undefined,
  )
