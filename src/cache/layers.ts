/** Content-addressed, immutable directories in the cache: a layer is complete or absent. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readdir, rename, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { LockedError } from '../errors.js'
import { ensureDir } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import { acquireLock } from '../host/lock.js'
import { diskUsage, removeTree } from '../host/tree.js'
import type { Digest } from '../host/digest.js'
import { ownEntry } from './entry.js'
import type { LayerBuildOptions, Layers } from './types.js'
import type { Lock } from '../host/lock.js'

/** A key is one path component. */
const KEY = /^[\w-]{1,128}$/
/** Of folders being filled: `.KEY.RANDOM.tmp`. */
const temporary = (key: Digest): RegExp => new RegExp(`^\\.${key}\\.[0-9a-f]{12}\\.tmp$`)

export interface LayersOptions {
  /** Holds one folder for each layer, named by its key. */
  readonly dir: string
  readonly exec: HostExec
  readonly clock: Clock
  /** Of the folders: 0711 where QEMU runs as another user, else 0700. */
  readonly dirMode: number
  /** Holds the locks while they are held; `dir`/.locks unless told. */
  readonly lockDir?: string
  /** Passed to a second caller who waits. */
  readonly holder?: { readonly verb: string; readonly pid: number }
}

/**
 * The layers under `dir`. A layer is filled in a temporary folder beside it, under a lock of its key, then synced and
 * renamed.
 */
export function createLayers(o: LayersOptions): Layers {
  const lockDir = o.lockDir ?? join(o.dir, '.locks')
  const at = (key: Digest): string => {
    if (!KEY.test(key)) throw new TypeError(`not a layer key: ${key}`)
    return join(o.dir, key)
  }

  const get = async (key: Digest): Promise<string | undefined> => {
    const dir = at(key)
    if (!(await ownEntry(dir))?.isDirectory()) return undefined
    const now = o.clock.now() / 1000
    await utimes(dir, now, now)
    return dir
  }

  const lock = async (key: Digest, { signal, onWait }: LayerBuildOptions): Promise<Lock> => {
    const holder = { verb: 'layer', pid: 0, ...o.holder, since: o.clock.now() }
    const path = join(lockDir, `layer-${key}.lock`)
    const stop = signal === undefined ? {} : { signal }
    try {
      return await acquireLock(o.exec, path, holder, stop)
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      onWait?.(error.message)
      return acquireLock(o.exec, path, holder, { ...stop, waitMs: Infinity })
    }
  }

  const removeLeftovers = async (key: Digest): Promise<void> => {
    const name = temporary(key)
    for (const entry of await readdir(o.dir)) if (name.test(entry)) await removeTree(o.exec, join(o.dir, entry))
  }

  const fill = async (key: Digest, make: (dir: string) => Promise<void>): Promise<string> => {
    const temp = join(o.dir, `.${key}.${randomBytes(6).toString('hex')}.tmp`)
    await mkdir(temp)
    try {
      await chmod(temp, o.dirMode)
      await make(temp)
      // A rename can reach the disk before its data. After a power cut the layer would be there, with holes.
      await o.exec.run(['sync', '-f', temp])
      const now = o.clock.now() / 1000
      await utimes(temp, now, now)
      await rename(temp, at(key))
    } catch (error) {
      await removeTree(o.exec, temp)
      throw error
    }
    const parent = await open(o.dir, 'r')
    await parent.sync().finally(() => parent.close())
    return at(key)
  }

  return {
    get,
    build: async (key, make, options = {}) => {
      const ready = await get(key)
      if (ready !== undefined) return ready
      // Not mkdir's mode, because klab's umask (077) would cut it: QEMU's own user must get through.
      await ensureDir(o.dir, o.dirMode)
      const held = await lock(key, options)
      try {
        // We hold the key's lock, so any temporary folder here was left by a killed klab.
        await removeLeftovers(key)
        return (await get(key)) ?? (await fill(key, make))
      } finally {
        await held.release()
      }
    },
    list: async () => {
      const names = await readdir(o.dir).catch(() => [])
      const layers = []
      for (const key of names.filter((n) => KEY.test(n)).sort()) {
        const dir = join(o.dir, key)
        const s = await stat(dir).catch(() => undefined)
        if (s?.isDirectory()) layers.push({ key, dir, bytes: await diskUsage(dir), usedAt: s.mtimeMs })
      }
      return layers
    },
    remove: async (key) => {
      const dir = at(key)
      if (!(await isDirectory(o.dir))) return
      const held = await lock(key, {})
      try {
        await removeLeftovers(key)
        if (!(await isDirectory(dir))) return
        // Renamed first: a removal that is killed half way must not leave half a layer under its key.
        const temp = join(o.dir, `.${key}.${randomBytes(6).toString('hex')}.tmp`)
        await rename(dir, temp)
        await removeTree(o.exec, temp)
      } finally {
        await held.release()
      }
    },
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  )
