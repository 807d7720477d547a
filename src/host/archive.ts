/**
 * Files and folders of this host as a tar stream, and back. What comes from elsewhere is data: it does not decide where
 * files are written.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CorruptError } from '../errors.js'
import { create, extract, type ReadEntry } from 'tar'
import { english } from '../words/say.js'

/** What was in an archive. */
export interface Counted {
  readonly files: number
  readonly bytes: number
}

/** What was unpacked; `leftOut`: names that were not. */
export interface Unpacked extends Counted {
  readonly leftOut: readonly string[]
}

/** Read, write and execute, for all: an archive from somebody else must not bring set-user-ID programs. */
const MODE = 0o777
const FILES = ['File', 'OldFile', 'ContiguousFile']
const WANTED = [...FILES, 'Directory', 'Link', 'SymbolicLink']

/**
 * An archive of `names` in the folder `dir` (`.`: all of it), links as links. `counted` grows while it is read. The
 * stream fails if something cannot be read.
 */
export function pack(
  dir: string,
  names: readonly string[],
): { readonly stream: Readable; readonly counted: () => Counted } {
  let [files, bytes] = [0, 0]
  const filter = (_path: string, s: unknown): boolean => {
    const stat = s as { isFile(): boolean; size: number }
    if (stat.isFile()) [files, bytes] = [files + 1, bytes + stat.size]
    return true
  }
  // A name that begins with @ would be read as an archive.
  const stream = create(
    { cwd: dir, filter },
    names.map((n) => (n === '.' ? n : `./${n}`)),
  )
  return { stream: Readable.from(stream), counted: () => ({ files, bytes }) }
}

/**
 * Unpacks an archive into an existing folder, with its modes but never as another owner. Writes nothing outside the
 * folder: it leaves out links that lead out, names with `..`, devices and pipes, and follows no link. Throws if the
 * archive is cut short or damaged.
 */
export async function unpack(archive: Readable, dir: string): Promise<Unpacked> {
  let [files, bytes] = [0, 0]
  const leftOut: string[] = []
  const filter = (path: string, e: unknown): boolean => {
    const entry = e as ReadEntry
    const leadsOut = entry.type === 'SymbolicLink' && (entry.linkpath ?? '').startsWith('/')
    if (leadsOut || !WANTED.includes(entry.type)) {
      leftOut.push(path)
      return false
    }
    if (entry.mode !== undefined) entry.mode &= MODE
    if (FILES.includes(entry.type)) [files, bytes] = [files + 1, bytes + entry.size]
    return true
  }
  let [broken, whole] = [false, false]
  const onwarn = (code: string, message: unknown, data: unknown): void => {
    const { entry } = data as { readonly entry?: ReadEntry }
    if (code === 'TAR_BAD_ARCHIVE') broken = true
    else if (entry) leftOut.push(`${entry.path}: ${String(message)}`)
  }
  const sink = extract({ cwd: dir, filter, onwarn, preserveOwner: false, chmod: true, processUmask: 0, umask: 0 })
  // The two empty blocks at an archive's end.
  sink.on('eof', () => (whole = true))
  const ended = once(sink, 'close')
  try {
    for await (const chunk of archive)
      if (!sink.write(chunk as Buffer)) await Promise.race([once(sink, 'drain'), ended])
    sink.end()
    await ended
  } finally {
    ended.catch(() => undefined)
  }
  if (broken || !whole) throw new CorruptError(english('{dir}: the archive ended early', { dir }))
  return { files, bytes, leftOut: leftOut.map((name) => join(dir, name)) }
}
