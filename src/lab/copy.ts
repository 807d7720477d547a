/** `klab cp`: files and folders to a node and from it, as one tar stream over SSH. */
import { lstat, mkdir, mkdtemp, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Interrupted, StateError, UsageError } from '../errors.js'
import type { Unpacked } from '../host/archive.js'
import type { Filter } from '../host/types.js'
import type { Guest } from '../guest/types.js'
import { connectWithin } from '../node/connections.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { requireRunning } from './machine-words.js'
import { recordedLab } from './open.js'
import { CONNECT_MS, requireNode, stateOf } from './reach.js'

export interface CopyOptions {
  /** Copy folders with everything in them. */
  readonly recursive?: boolean | undefined
  /** In the guest as root. */
  readonly root?: boolean | undefined
}

/** Where on a node; a relative path starts at the lab user's home. */
export interface NodePath {
  readonly node: string
  readonly path: string
}

export interface Copied {
  /** Where the copy is. */
  readonly to: string
  readonly files: number
  readonly bytes: number
  /** What the guest sent but klab did not take: devices, links that lead out of the folder. */
  readonly leftOut: readonly string[]
}

/**
 * In the guest: finds out where a file or folder goes, by the rules of cp(1). Then the archive goes into a new folder
 * (a file: so that it is complete or not there) or into the folder itself. A link in its place is replaced, never
 * followed.
 */
const TAKE = `set -eu
kind=$1 to=$2 base=$3 inside=$4
case $to in */) [ -d "$to" ] || { echo "$to: no such folder" >&2; exit 1; } ;; esac
if [ -d "$to" ]; then to=\${to%/}/$base; fi
if [ "$kind" = dir ]; then
  if [ -L "$to" ] || { [ -e "$to" ] && [ ! -d "$to" ]; }; then echo "$to: exists and is not a folder" >&2; exit 1; fi
  [ -d "$to" ] || mkdir -- "$to"
  tar -x -p --no-same-owner -C "$to" -f -
else
  if [ -d "$to" ] && [ ! -L "$to" ]; then echo "$to: is a folder" >&2; exit 1; fi
  t=$(mktemp -d -- "$(dirname -- "$to")/.klab-XXXXXX")
  trap 'rm -rf -- "$t"' EXIT
  tar -x -p --no-same-owner -C "$t" -f -
  mv -fT -- "$t/$inside" "$to"
fi
printf %s "$to"`

/** In the guest: prints `dir` or `file`. The path itself may be a link. */
const LOOK = `if [ -d "$1" ]; then echo dir; elif [ -f "$1" ]; then echo file
elif [ -e "$1" ]; then echo "$1: is neither a file nor a folder" >&2; exit 1
else echo "$1: no such file or folder" >&2; exit 1; fi`

const GIVE = `if [ "$1" = dir ]; then exec tar -c -C "$2" -f - .
else exec tar -c -h -C "$(dirname -- "$2")" -f - "./$(basename -- "$2")"; fi`

/** `~/x` as a shell reads it; an empty path is the home. */
export const guestPath = (path: string): string => path.replace(/^~(?:\/|$)/, '') || '.'

/** Connects to a running node and does `work`. Throws UsageError, StateError, ProbeError. */
export async function withGuest<T>(
  c: LabContext,
  verb: string,
  node: string,
  work: (guest: Guest) => Promise<T>,
): Promise<T> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  requireNode(verb, record, node)
  const world = await c.doors.world(record.lab)
  requireRunning(node, await stateOf(world, record, node))
  try {
    return await work(await connectWithin({ world, paths, record }, node, CONNECT_MS))
  } finally {
    await world.guests.close()
  }
}

/** A script in the guest, as its user or as root. */
export const shell = (o: Pick<CopyOptions, 'root'>, script: string, args: readonly string[]): readonly string[] => [
  ...(o.root === true ? ['sudo', '-n'] : []),
  'sh',
  '-c',
  script,
  'sh',
  ...args,
]

/** Runs both ends. If both fail, the guest's error counts, not the broken pipe. */
export async function through<T>(c: LabContext, filter: Filter, work: () => Promise<T>): Promise<T> {
  const stop = (): void => filter.kill()
  c.doors.signal.addEventListener('abort', stop, { once: true })
  try {
    const ended = await work().catch(async (error: unknown) => {
      if (isOfHost(error)) filter.kill()
      else filter.input.destroy()
      await filter.done
      throw error
    })
    await filter.done
    return ended
  } catch (error) {
    throw c.doors.signal.aborted ? new Interrupted() : error
  } finally {
    c.doors.signal.removeEventListener('abort', stop)
  }
}

/** An error of this host's files counts. Otherwise the guest's is better. */
const isOfHost = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall !== 'read' && error.syscall !== 'write'

const noFolder = (what: string): UsageError =>
  new UsageError(english('cp: {what}: is a folder', { what }), { hint: 'klab cp -r …' })

/**
 * Copies a file or folder of this host to a node, as the lab's user, modes kept, links as links. Throws UsageError,
 * StateError, ProbeError, CommandError with what the guest says.
 */
export async function copyToNode(c: LabContext, file: string, to: NodePath, o: CopyOptions = {}): Promise<Copied> {
  const from = resolve(c.doors.env.cwd, file)
  const s = await stat(from).catch(() => undefined)
  if (!s) throw new UsageError(english('cp: {file}: no such file or folder', { file }))
  if (s.isDirectory() && o.recursive !== true) throw noFolder(file)
  if (!s.isDirectory() && !s.isFile())
    throw new UsageError(english('cp: {file}: is neither a file nor a folder', { file }))
  return withGuest(c, 'cp', to.node, async (guest) => {
    const { pack } = await import('../host/archive.js')
    const dir = s.isDirectory()
    // A named link is followed, as cp does; links inside the folder stay links.
    const real = await realpath(from)
    const { stream, counted } = pack(dir ? real : dirname(real), [dir ? '.' : basename(real)])
    const args = [dir ? 'dir' : 'file', guestPath(to.path), basename(from), basename(real)]
    const filter = await guest.filter(shell(o, TAKE, args))
    const said = await through(c, filter, async () => {
      const [, text] = await Promise.all([pipeline(stream, filter.input), streamText(filter.output)])
      return text
    })
    return { to: `${to.node}:${said}`, ...counted(), leftOut: [] }
  })
}

export async function streamText(stream: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text = (text + String(chunk)).slice(-4096)
  return text
}

/** Where a download goes, as cp(1) decides it. Throws UsageError, StateError. */
async function placeFor(to: string, base: string, dir: boolean): Promise<string> {
  const there = await stat(to).catch(() => undefined)
  if (!there && to.endsWith('/')) throw new UsageError(english('cp: {to}: no such folder', { to }))
  const place = there?.isDirectory() ? join(to, base) : to
  const at = await lstat(place).catch(() => undefined)
  if (dir && at && !at.isDirectory()) throw new StateError(english('{place}: exists and is not a folder', { place }))
  if (!dir && at?.isDirectory()) throw new StateError(english('{place}: is a folder', { place }))
  if (!(await stat(dirname(place)).catch(() => undefined)))
    throw new UsageError(english('cp: {place}: no such folder', { place: dirname(place) }))
  return place
}

/**
 * Copies a file or folder of a node to this host and keeps modes. A link in its place is replaced, never followed.
 * Anything from the guest that is not a file, a folder or a link within is left out. Throws as upload.
 */
export async function copyFromNode(c: LabContext, from: NodePath, file: string, o: CopyOptions = {}): Promise<Copied> {
  return withGuest(c, 'cp', from.node, async (guest) => {
    const path = guestPath(from.path)
    const looked = await guest.run(shell(o, LOOK, [path]), { what: `looking for ${from.path}` })
    const dir = looked.stdout.trim() === 'dir'
    if (dir && o.recursive !== true) throw noFolder(`${from.node}:${from.path}`)
    const base = basename(path)
    // A trailing slash says that it must be a folder, but resolve() would remove it.
    const asked = `${resolve(c.doors.env.cwd, file)}${file.endsWith('/') ? '/' : ''}`
    const to = await placeFor(asked, ['', '.', '..'].includes(base) ? from.node : base, dir)
    const { unpack } = await import('../host/archive.js')
    const into = async (place: string): Promise<Unpacked> => {
      const filter = await guest.filter(shell(o, GIVE, [dir ? 'dir' : 'file', path]))
      filter.input.end()
      return through(c, filter, () => unpack(filter.output, place))
    }
    if (dir) {
      if (!(await stat(to).catch(() => undefined))) await mkdir(to)
      return { to, ...(await into(to)) }
    }
    const temp = await mkdtemp(join(dirname(to), '.klab-'))
    try {
      const got = await into(temp)
      if (!(await lstat(join(temp, base)).catch(() => undefined))?.isFile())
        throw new StateError(english('{node}:{path}: the guest sent no file', { node: from.node, path: from.path }))
      await rename(join(temp, base), to)
      return { to, ...got, leftOut: [] }
    } finally {
      await rm(temp, { recursive: true, force: true })
    }
  })
}
