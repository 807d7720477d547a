/** A kernel lock (flock) that ends with the process, so no pid file can get old. Verbs that only read never take it. */
import { open, readFile, stat, unlink, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HostError, LockedError } from '../errors.js'
import { english } from '../words/say.js'
import { makeDir } from './files.js'
import type { HostExec } from './types.js'

const TAKEN = 9

/** The holder of a lock; written into the lock file. */
export interface Holder {
  readonly verb: string
  readonly pid: number
  /** ms since the epoch. */
  readonly since: number
}

/** A held lock. The kernel releases it when klab's process ends, however it ends. */
export interface Lock {
  /** Idempotent; removes the lock file. */
  release(): Promise<void>
}

export interface LockOptions {
  /** How long to wait for it, ms; 0 (the default) fails at once, Infinity waits for ever. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

/**
 * Locks the file at `path` for this process (makes it, and its folder, if missing). Node has no flock, so util-linux'
 * flock locks our open file description through an inherited descriptor and exits. The lock stays with us until the
 * descriptor is closed. Other children do not keep it: node opens with O_CLOEXEC. Throws LockedError naming the holder,
 * Interrupted, HostError if the file system has no locks.
 */
export async function acquireLock(
  exec: HostExec,
  path: string,
  holder: Holder,
  options: LockOptions = {},
): Promise<Lock> {
  await makeDir(dirname(path))
  let left = options.waitMs ?? 0
  for (;;) {
    const file = await open(path, 'a+', 0o600)
    try {
      const spent = await flock(exec, file, { path, waitMs: left, signal: options.signal })
      if (spent === undefined) throw locked(path, holder, options.waitMs ?? 0, await whoHolds(path))
      left = Math.max(0, left - spent)
      if (await isAt(file, path)) {
        await file.truncate(0)
        // Who it is helps others only. On a full disk, `klab destroy` must be able to make room.
        await file.write(JSON.stringify(holder)).catch(() => undefined)
        return { release: () => release(file, path) }
      }
    } catch (error) {
      await file.close()
      throw error
    }
    // Its last holder removed the file while we waited. We have locked a file that is gone, so begin again.
    await file.close()
  }
}

/** Who holds, or last held, the lock at `path`; undefined if nobody wrote there. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const h = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null
    if (typeof h?.verb !== 'string' || typeof h.pid !== 'number' || typeof h.since !== 'number') return undefined
    return { verb: h.verb, pid: h.pid, since: h.since }
  } catch {
    return undefined
  }
}

/** The holder; it may have the lock and not have written its name yet. */
async function whoHolds(path: string): Promise<Holder | undefined> {
  for (let tries = 0; tries < 5; tries++) {
    const holder = await readHolder(path)
    if (holder) return holder
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return undefined
}

/** ms spent, or undefined when somebody else has the lock. */
async function flock(
  exec: HostExec,
  file: FileHandle,
  {
    path,
    waitMs,
    signal,
  }: { readonly path: string; readonly waitMs: number; readonly signal?: AbortSignal | undefined },
): Promise<number | undefined> {
  const patience = waitMs === Infinity ? [] : waitMs > 0 ? ['-w', (waitMs / 1000).toFixed(3)] : ['-n']
  const out = await exec.run(['flock', '-x', ...patience, '-E', String(TAKEN), '3'], {
    passFd: file.fd,
    // flock measures its own time; the minute is for a host that starts it slowly.
    timeoutMs: waitMs + 60_000,
    allowFailure: true,
    ...(signal === undefined ? {} : { signal }),
  })
  if (out.exitCode === TAKEN) return undefined
  if (out.exitCode !== 0) {
    throw new HostError(english('{path}: cannot be locked: {stderr}', { path, stderr: out.stderr.trim() }), {
      hint: english('put klab’s state on a local file system: KLAB_STATE_DIR=/path/to/local klab …'),
    })
  }
  return out.durationMs
}

async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const ours = await file.stat()
  return stat(path).then(
    (s) => s.ino === ours.ino && s.dev === ours.dev,
    () => false,
  )
}

async function release(file: FileHandle, path: string): Promise<void> {
  if (file.fd < 0) return
  // While the lock is still held: a process that waits on this file sees that its name is gone, and begins again.
  if (await isAt(file, path)) await unlink(path)
  await file.close()
}

function locked(path: string, us: Holder, waitedMs: number, by: Holder | undefined): LockedError {
  const who =
    by === undefined
      ? 'another klab'
      : `\`klab ${by.verb}\` (pid ${by.pid}, for ${Math.max(0, Math.round((us.since + waitedMs - by.since) / 1000))} s)`
  return new LockedError(english('locked by {who}', { who }), {
    hint: by === undefined ? `fuser ${path}` : english('wait for it to end, or end it: kill {pid}', { pid: by.pid }),
  })
}
