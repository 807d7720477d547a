/**
 * `klab sync`: copies the changes in a folder of this host to nodes. It mounts nothing, because a mount would break
 * live snapshots.
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Interrupted, KlabError, UsageError } from '../errors.js'
import type { Guest } from '../guest/types.js'
import { connectWithin } from '../node/connections.js'
import { domainName } from '../node/names.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { guestPath, shell, streamText, through, type NodePath } from './copy.js'
import { requireRunning } from './machine-words.js'
import { recordedLab } from './open.js'
import { CONNECT_MS, requireNode } from './reach.js'
import { changesOf, FIND_FORMAT, parseTree, treeOf, type Tree } from './tree-diff.js'

export interface SyncOptions {
  /** Remove in the guest what the folder does not have. */
  readonly delete?: boolean | undefined
  /** In the guest as root. */
  readonly root?: boolean | undefined
}

export interface Synced {
  readonly node: string
  readonly path: string
  readonly files: number
  readonly bytes: number
  readonly removed: number
}

const LIST = `mkdir -p -- "$1" && cd -- "$1" && find . -mindepth 1 -printf '${FIND_FORMAT}'`
/** With `./` in front, a path that begins with a dash is no option; names end with NUL. */
const REMOVE = `cd -- "$1" && xargs -0 -r rm -rf --`
const TAKE = `exec tar -x -p --no-same-owner -C "$1" -f -`

async function syncTo(
  c: LabContext,
  guest: Guest,
  path: string,
  o: SyncOptions & { readonly dir: string; readonly here: Tree },
): Promise<Omit<Synced, 'node' | 'path'>> {
  const at = [guestPath(path)]
  const listed = await guest.run(shell(o, LIST, at), { what: `looking at ${path}` })
  const { send, remove } = changesOf(o.here, parseTree(listed.stdout), { extra: o.delete === true })
  if (remove.length > 0)
    await guest.run(shell(o, REMOVE, at), {
      input: remove.map((p) => `./${p}\0`).join(''),
      what: `removing in ${path}`,
    })
  if (send.length === 0) return { files: 0, bytes: 0, removed: remove.length }
  const { pack } = await import('../host/archive.js')
  const filter = await guest.filter(shell(o, TAKE, at))
  const { stream, counted } = pack(o.dir, send)
  await through(c, filter, () => Promise.all([pipeline(stream, filter.input), streamText(filter.output)]))
  return { ...counted(), removed: remove.length }
}

/** What a round needs. It stays open between rounds. Throws UsageError, StateError. */
async function session(c: LabContext, folder: string, targets: readonly NodePath[], o: SyncOptions) {
  const dir = resolve(c.doors.env.cwd, folder)
  const s = await stat(dir).catch(() => undefined)
  if (!s?.isDirectory()) throw new UsageError(english('sync: {folder}: no such folder', { folder }))
  if (targets.length === 0) throw new UsageError(english('sync: name a target'), { hint: 'klab sync FOLDER NODE:PATH' })
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  for (const { node, path } of targets) {
    requireNode('sync', record, node)
    if (path === '')
      throw new UsageError(english('sync: {node}: name the folder there', { node }), {
        hint: `klab sync ${folder} ${node}:x`,
      })
  }
  const world = await c.doors.world(record.lab)
  const round = async (here: Tree): Promise<readonly Synced[]> => {
    const states = new Map((await world.hypervisor.list()).map((m) => [m.name, m.state]))
    return Promise.all(
      targets.map(async ({ node, path }) => {
        requireRunning(node, states.get(domainName(record.id, node)) ?? 'absent')
        const guest = await connectWithin({ world, paths, record }, node, CONNECT_MS)
        return { node, path, ...(await syncTo(c, guest, path, { ...o, dir, here })) }
      }),
    )
  }
  return { dir, round, close: () => world.guests.close() }
}

/**
 * Makes a folder in each of these nodes like one of this host: sends what is missing there or differs (by size, time,
 * mode, as rsync decides). Throws UsageError, StateError, ProbeError, CommandError.
 */
export async function syncFolder(
  c: LabContext,
  folder: string,
  targets: readonly NodePath[],
  o: SyncOptions = {},
): Promise<readonly Synced[]> {
  const { dir, round, close } = await session(c, folder, targets, o)
  return round(await treeOf(dir)).finally(close)
}

/** ms between two looks at the folder; and after how many looks klab also looks at the guests. */
const [EVERY_MS, LOOKS] = [1000, 30]

/**
 * Syncs until the signal of `openLab`, then resolves: after each change here, and at least every half minute, because a
 * restored guest has its old files again. A node that cannot be reached is reported and tried again. Throws as
 * syncFolder, in the first round.
 */
export async function watchFolder(
  c: LabContext,
  folder: string,
  targets: readonly NodePath[],
  o: SyncOptions & { readonly onSynced: (done: readonly Synced[]) => void },
): Promise<void> {
  const { clock, signal } = c.doors
  const { dir, round, close } = await session(c, folder, targets, o)
  try {
    let here = await treeOf(dir)
    o.onSynced(await round(here))
    let [seen, looks, told] = [JSON.stringify([...here]), 0, '']
    while (!signal.aborted) {
      await clock.sleep(EVERY_MS, signal)
      here = await treeOf(dir)
      const now = JSON.stringify([...here])
      if (now === seen && ++looks < LOOKS) continue
      try {
        const done = await round(here)
        seen = now
        looks = 0
        told = ''
        if (done.some((d) => d.files > 0 || d.removed > 0)) o.onSynced(done)
      } catch (error) {
        if (!(error instanceof KlabError) || error instanceof Interrupted) throw error
        if (error.message !== told) c.report({ type: 'warn', text: error.message })
        told = error.message
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await close()
  }
}
