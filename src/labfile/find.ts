/** Where the Labfile is. */
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../errors.js'
import { english } from '../words/say.js'

const kindOf = (path: string): Promise<'file' | 'folder' | undefined> =>
  stat(path).then(
    (s) => (s.isDirectory() ? 'folder' : 'file'),
    () => undefined,
  )

/**
 * Absolute path of the Labfile: `named` (a file, or its folder) relative to `cwd`; otherwise the nearest file `Labfile`
 * in `cwd` or a folder above it. Throws UsageError if there is none.
 */
export async function findLabfile(cwd: string, named?: string): Promise<string> {
  if (named !== undefined) {
    const path = resolve(cwd, named)
    const kind = await kindOf(path)
    const found = kind === 'folder' ? join(path, 'Labfile') : path
    if ((kind === 'folder' ? await kindOf(found) : kind) !== 'file')
      throw new UsageError(english('{named}: no Labfile there', { named }), {
        hint: english('name the file, or the folder it is in, after -f'),
      })
    return found
  }
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    const path = join(dir, 'Labfile')
    if ((await kindOf(path)) === 'file') return path
    if (dirname(dir) === dir) break
  }
  throw new UsageError(english('no Labfile in {cwd} or any folder above it', { cwd }), {
    hint: english('klab init (makes one here), or name one: klab -f path/to/Labfile …'),
  })
}
