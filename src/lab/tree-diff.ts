/** Two trees of files, and the changes that make the second one like the first. */
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { english } from '../words/say.js'

export interface TreeEntry {
  /** File, folder, link; other kinds do not belong in a shared folder. */
  readonly type: 'f' | 'd' | 'l'
  /** Bytes; 0 but for files. */
  readonly size: number
  /** Whole seconds since the epoch; 0 but for files. */
  readonly seconds: number
  /** Permissions; 0 for links. */
  readonly mode: number
  /** Where a link leads. */
  readonly link: string
}

/** Relative path → what is there. */
export type Tree = ReadonlyMap<string, TreeEntry>

/** With more files, each round would take minutes. */
const MOST = 50_000

/** A folder of this host. Throws UsageError when it has too many files. */
export async function treeOf(dir: string): Promise<Tree> {
  const tree = new Map<string, TreeEntry>()
  const walk = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(dir, below))).sort()) {
      const path = below === '' ? name : `${below}/${name}`
      const s = await lstat(join(dir, path)).catch(() => undefined)
      const type = s?.isFile() ? 'f' : s?.isDirectory() ? 'd' : s?.isSymbolicLink() ? 'l' : undefined
      if (!s || type === undefined) continue
      if (tree.size >= MOST)
        throw new UsageError(english('sync: {dir}: more than {most} files', { dir, most: MOST }), {
          hint: english('name a folder of it'),
        })
      tree.set(path, {
        type,
        size: type === 'f' ? s.size : 0,
        seconds: type === 'f' ? Math.floor(s.mtimeMs / 1000) : 0,
        mode: type === 'l' ? 0 : s.mode & 0o777,
        link: type === 'l' ? await readlink(join(dir, path)) : '',
      })
      if (type === 'd') await walk(path)
    }
  }
  await walk('')
  return tree
}

/** For `find -printf`: each field ends with NUL, because a name may contain anything else. */
export const FIND_FORMAT = String.raw`%y\0%s\0%T@\0%m\0%l\0%P\0`

/** What find printed with FIND_FORMAT. */
export function parseTree(text: string): Tree {
  const fields = text.split('\0')
  const tree = new Map<string, TreeEntry>()
  for (let i = 0; i + 5 < fields.length; i += 6) {
    const [type = '', size = '', time = '', mode = '', link = '', path = ''] = fields.slice(i, i + 6)
    if (path === '' || (type !== 'f' && type !== 'd' && type !== 'l')) continue
    tree.set(path, {
      type,
      size: type === 'f' ? Number(size) : 0,
      seconds: type === 'f' ? Math.floor(Number(time)) : 0,
      mode: type === 'l' ? 0 : parseInt(mode, 8) & 0o777,
      link,
    })
  }
  return tree
}

export interface TreeChange {
  /** To be sent. A folder is created with what is in it, so only an empty one is named. */
  readonly send: readonly string[]
  /** To be removed first: another kind of file is in the way, or (if asked for) it is not in the first tree. */
  readonly remove: readonly string[]
}

/** What makes `there` like `here`. `extra`: remove what only `there` has. */
export function changesOf(here: Tree, there: Tree, { extra }: { readonly extra: boolean }): TreeChange {
  const paths = [...here.keys()]
  const hasInside = new Set(paths.map((p) => p.slice(0, Math.max(0, p.lastIndexOf('/')))))
  const send = paths.filter((path) => {
    const [a, b] = [here.get(path), there.get(path)]
    if (!a) return false
    if (a.type === 'd') return !hasInside.has(path) && b?.type !== 'd'
    return (
      !b || a.type !== b.type || a.size !== b.size || a.seconds !== b.seconds || a.mode !== b.mode || a.link !== b.link
    )
  })
  const gone = [...there].filter(([path, b]) => {
    const a = here.get(path)
    return a ? a.type !== b.type : extra
  })
  const names = new Set(gone.map(([path]) => path))
  const above = (path: string): boolean => {
    for (let i = path.lastIndexOf('/'); i > 0; i = path.lastIndexOf('/', i - 1))
      if (names.has(path.slice(0, i))) return true
    return false
  }
  return { send, remove: [...names].filter((path) => !above(path)) }
}
