/** The files of a lesson's folder. Others wrote it, so nothing outside of the folder is read. */
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { LessonError } from '../errors.js'
import { readSmall } from '../host/files.js'

/** Far more than any page or script needs: the largest in 1,404 public scenarios has 60 KiB. */
const MAX_BYTES = 2 * 2 ** 20

export interface LessonFolder {
  /** Absolute, links followed. */
  readonly dir: string
  /**
   * The text of a file, without byte order mark, lines ending in a line feed; undefined: there is no such file. Throws
   * LessonError: outside of the folder, not a plain file, too large, not UTF-8.
   */
  read(name: string): Promise<string | undefined>
  /** Where a file really is; undefined: there is none. Throws LessonError if that is outside of the folder. */
  find(name: string): Promise<string | undefined>
}

/** Whether a path is in a folder, or is the folder itself. */
const isWithin = (path: string, dir: string): boolean => {
  const way = relative(dir, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The text, cleaned up for all its readers. */
const plainText = (text: string): string => text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')

/** Opens a lesson's folder. Throws LessonError if it does not exist. */
export async function openFolder(path: string): Promise<LessonFolder> {
  const dir = await realpath(path).catch(() => undefined)
  if (dir === undefined || !(await stat(dir)).isDirectory())
    throw new LessonError([{ file: path, message: 'no such folder' }], { hint: 'klab lesson list' })
  const leaves = (name: string): LessonError =>
    new LessonError([{ file: join(dir, 'index.json'), message: `${name}: leads out of the lesson’s folder` }], {
      hint: 'copy the file into the folder',
    })
  const find = async (name: string): Promise<string | undefined> => {
    const path = resolve(dir, name)
    if (name.includes('\0') || isAbsolute(name) || !isWithin(path, dir)) throw leaves(name)
    const real = await realpath(path).catch(() => undefined)
    if (real !== undefined && !isWithin(real, dir)) throw leaves(name)
    return real
  }
  return {
    dir,
    find,
    read: async (name) => {
      const path = await find(name)
      if (path === undefined) return undefined
      const s = await stat(path)
      if (!s.isFile()) throw new LessonError([{ file: path, message: 'is not a file' }])
      const bytes = await readSmall(path, MAX_BYTES)
      if (!bytes)
        throw new LessonError([{ file: path, message: `is larger than ${MAX_BYTES / 2 ** 20} MiB` }], {
          hint: 'split it into steps',
        })
      try {
        return plainText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
      } catch {
        throw new LessonError([{ file: path, message: 'is not UTF-8 text' }])
      }
    },
  }
}
