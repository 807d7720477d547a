/**
 * Whose files they are: klab runs nothing that somebody else could have written, like git (git-config(1),
 * safe.directory).
 */
import type { Stats } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { HostError, StateError, UnsafeError } from '../errors.js'
import { english } from '../words/say.js'
import type { HostEnv } from './types.js'

/** Who runs klab, and what that user allows. */
export type Caller = Pick<HostEnv, 'uid' | 'env'>

/** More than any bundle has. Such a folder is the wrong one. */
const MAX_ENTRIES = 10_000

/** root, who can do anything anyway, and the user. If klab runs as root, also the user who called sudo, as in git. */
function trustedUids({ uid, env }: Caller): ReadonlySet<number> {
  const sudo = uid === 0 ? env['SUDO_UID'] : undefined
  return new Set([0, uid, ...(sudo !== undefined && /^\d{1,10}$/.test(sudo) ? [Number(sudo)] : [])])
}

/**
 * Whether KLAB_SAFE_DIRECTORY (absolute folders separated by colons) has the folder: by name, as `DIR/*` for all below
 * DIR, or as `*`.
 */
function allowed(folder: string, { env }: Caller): boolean {
  return (env['KLAB_SAFE_DIRECTORY'] ?? '').split(':').some((entry) => {
    if (entry === '*') return true
    if (!isAbsolute(entry)) return false
    return entry.endsWith('/*') ? folder.startsWith(entry.slice(0, -1)) : folder === resolve(entry)
  })
}

/** The lines of /etc/passwd or /etc/group, in fields. */
const lines = async (path: string): Promise<readonly (readonly string[])[]> =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))

/**
 * Whether all members of a group are trusted, as in a user's own group on Debian and Fedora (umask 002). Nobody knows
 * who is in an unknown group.
 */
async function closedGroup(gid: number, trusted: ReadonlySet<number>): Promise<boolean> {
  const [groups, users] = [await lines('/etc/group'), await lines('/etc/passwd')]
  const group = groups.find((g) => g[2] === String(gid))
  const named = (group?.[3] ?? '').split(',').filter((name) => name !== '')
  const uids = [
    ...users.filter((u) => u[3] === String(gid)).map((u) => u[2]),
    ...named.map((name) => users.find((u) => u[0] === name)?.[2]),
  ]
  return group !== undefined && uids.every((uid) => uid !== undefined && trusted.has(Number(uid)))
}

interface Complaint {
  readonly what: string
  readonly fix: string
}

/**
 * What is wrong and how to fix it; undefined if only trusted users can change it. In a sticky folder nobody can replace
 * other users' files.
 */
async function complaint(path: string, s: Stats, trusted: ReadonlySet<number>): Promise<Complaint | undefined> {
  if (!trusted.has(s.uid)) {
    const name = (await lines('/etc/passwd')).find((u) => u[2] === String(s.uid))?.[0]
    const owner = name === undefined ? `uid ${s.uid}` : `${name} (uid ${s.uid})`
    return { what: english('belongs to {owner}', { owner }), fix: english('copy it to a folder of your own') }
  }
  if (s.isSymbolicLink() || (s.isDirectory() && (s.mode & 0o1000) !== 0)) return undefined
  if ((s.mode & 0o002) !== 0) return { what: english('can be written by every user'), fix: `chmod o-w ${path}` }
  if ((s.mode & 0o020) === 0 || (await closedGroup(s.gid, trusted))) return undefined
  return { what: english('can be written by its group (gid {gid})', { gid: s.gid }), fix: `chmod g-w ${path}` }
}

/**
 * Throws UnsafeError for the first of these paths (of `folder`) that others can change. If a path is missing, the
 * reader reports it.
 */
async function requireAll(paths: Iterable<string> | AsyncIterable<string>, folder: string, who: Caller): Promise<void> {
  const trusted = trustedUids(who)
  // sudo takes the variable from its command line, not from the user's environment.
  const sudo = who.uid === 0 && who.env['SUDO_UID'] !== undefined ? 'sudo ' : ''
  for await (const path of paths) {
    const own = await lstat(path).catch(() => undefined)
    // A link and its target: both decide what is read.
    const target = own?.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined
    for (const s of [own, target]) {
      const bad = s && (await complaint(path, s, trusted))
      if (bad)
        throw new UnsafeError(
          english('{path}: {what}; klab runs nothing that other users can change', { path, what: bad.what }),
          {
            hint: english('{fix}; or, if you trust them: {sudo}KLAB_SAFE_DIRECTORY={folder} klab …', {
              fix: bad.fix,
              sudo,
              folder,
            }),
          },
        )
    }
  }
}

/**
 * A file that decides which programs run here (a Labfile), and its folder. There is no exception for a file that was
 * named explicitly, as in git: a folder on the command line says where to look, not that its owner may run programs as
 * us. Throws UnsafeError.
 */
export async function requireOwnFile(path: string, who: Caller): Promise<void> {
  const folder = await realpath(dirname(path)).catch(() => undefined)
  if (folder !== undefined && !allowed(folder, who)) await requireAll([folder, path], folder, who)
}

async function* everythingIn(dir: string): AsyncGenerator<string> {
  const folders = [dir]
  let left = MAX_ENTRIES
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (left-- === 0)
        throw new StateError(english('{dir}: holds more than {maxEntries} files', { dir, maxEntries: MAX_ENTRIES }), {
          hint: english('name the folder with the archives alone'),
        })
      const path = join(folder, entry.name)
      yield path
      if (entry.isDirectory()) folders.push(path)
    }
  }
}

/** The folders above, up to the root. */
const above = (dir: string): readonly string[] => (dirname(dir) === dir ? [] : [dirname(dir), ...above(dirname(dir))])

/**
 * A folder whose programs are run: the folder, all in it, and the folders above it, because it could be replaced later.
 * A folder that does not exist or cannot be read is fine here. Throws UnsafeError, StateError (far too large).
 */
export async function requireOwnFolder(path: string, who: Caller): Promise<void> {
  const dir = await realpath(path).catch(() => undefined)
  if (dir === undefined || allowed(dir, who)) return
  await requireAll([...above(dir).toReversed(), dir], dir, who)
  await requireAll(everythingIn(dir), dir, who)
}

/**
 * A place for keys, sockets and disks, and every folder above it, also through links. Somebody who can change one of
 * those can put something else there, before klab makes it or later. What does not exist yet is fine here. Throws
 * HostError.
 */
export async function requirePrivatePlace(path: string, who: Caller): Promise<void> {
  const trusted = trustedUids(who)
  const named = [...above(resolve(path)).toReversed(), resolve(path)]
  // The real path of the part that exists.
  const there = await Promise.all(named.map((p) => realpath(p).catch(() => undefined)))
  const real = there.findLast((p) => p !== undefined) ?? '/'
  for (const place of new Set([...named, ...above(real).toReversed(), real])) {
    if (allowed(place, who)) continue
    const s = await lstat(place).catch(() => undefined)
    const bad = s && (await complaint(place, s, trusted))
    if (bad)
      throw new HostError(
        english('{place}: {what}, so others could change what klab keeps below it', { place, what: bad.what }),
        {
          hint: english('{value}; or choose another place with KLAB_STATE_DIR, KLAB_CACHE_DIR or KLAB_RUN_DIR', {
            value: s.isDirectory() && trusted.has(s.uid) ? bad.fix : `move it away (mv ${place} ${place}.old)`,
          }),
        },
      )
  }
}
