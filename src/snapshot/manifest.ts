/** Reading, finding and writing the manifests of a lab's snapshots. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { CorruptError, StateError, UsageError } from '../errors.js'
import { readJson, writeAtomic } from '../host/files.js'
import { nearest } from '../report/nearest.js'
import type { LabPaths } from '../state/paths.js'
import { isManifest } from './manifest-form.js'
import type { FrozenFile, Manifest } from './types.js'
import { english } from '../words/say.js'

/** One rule for all names that become paths or arguments (reliability notes, rule 2). */
const NAME = /^[a-z]([a-z0-9.-]{0,30}[a-z0-9])?$/
/** Words with another meaning. */
const RESERVED = ['current', 'undo', 'head', 'suspended']

/** A new snapshot's id: sorts by time. `now` in ms. */
export const newId = (now: number): string => `${now.toString(36)}${randomBytes(2).toString('hex')}`

export const dirOf = (paths: LabPaths, id: string): string => join(paths.snapshots, id)
/** The lab's kubeconfig at that time: an earlier or later `kubeadm init` made another CA. */
export const kubeconfigOf = (paths: LabPaths, id: string): string => join(dirOf(paths, id), 'kubeconfig')
export const memoryOf = (paths: LabPaths, id: string, node: string): string => join(dirOf(paths, id), `${node}.mem`)

/** Refuses names that users may not give. Throws UsageError. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw new UsageError(english('{name}: not a name for a snapshot', { name: JSON.stringify(name) }), {
      hint: english('a lower-case letter, then at most 31 lower-case letters, digits, dots and dashes'),
    })
  if (RESERVED.includes(name))
    throw new UsageError(english('{name}: klab uses this name itself', { name }), { hint: 'choose another name' })
}

/** For a file that does not exist. Any other error is thrown: an unreadable folder must not count as empty. */
const nothing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value
    throw error
  }

/**
 * All snapshots, oldest first. Throws CorruptError for a manifest that cannot be read: a snapshot must not vanish
 * silently, and its disks must not be removed.
 */
export async function listManifests(paths: LabPaths): Promise<readonly Manifest[]> {
  const ids = (await readdir(paths.snapshots).catch(nothing([]))).filter((id) => !id.startsWith('.'))
  const found = await Promise.all(
    ids.map(async (id) => {
      const path = join(dirOf(paths, id), 'manifest.json')
      const text = await stat(path).catch(nothing(undefined))
      if (!text) return undefined
      const data = await readJson(path)
      if (!isManifest(data) || data.id !== id)
        throw new CorruptError(english("{path}: is not a snapshot's manifest", { path }), {
          hint: english('look at it, or remove the snapshot: rm -r {dir}', { dir: dirOf(paths, id) }),
        })
      return data
    }),
  )
  return found.filter((m) => m !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Whether it has the RAM of running machines. If not, it is of a halted lab. */
export const isRam = (manifest: Manifest): boolean => manifest.nodes.every((n) => n.memory)

/**
 * The snapshot of this name. Throws StateError with the nearest name; `verb`: what was typed before it, such as
 * `klab snapshot show`.
 */
export function findManifest<M extends Manifest>(all: readonly M[], name: string, verb: string): M {
  const found = all.findLast((m) => m.name === name)
  if (found) return found
  const names = all.map((m) => m.name)
  const meant = nearest(name, names)
  throw new StateError(english('there is no snapshot {name}', { name }), {
    hint: meant === undefined ? 'klab snapshot list' : `${verb} ${meant}`,
  })
}

/** Writes a manifest in one step; from then on the snapshot is there. */
export async function writeManifest(paths: LabPaths, manifest: Manifest): Promise<void> {
  await mkdir(dirOf(paths, manifest.id), { recursive: true, mode: 0o700 })
  await writeAtomic(join(dirOf(paths, manifest.id), 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

/** Size and time of a file, to be compared later. */
export async function frozen(path: string): Promise<FrozenFile> {
  const s = await stat(path)
  return { path, size: s.size, mtimeMs: s.mtimeMs }
}

/** Throws CorruptError if a file of the snapshot is gone or has changed (fault 46: libvirt and QEMU do not notice). */
export async function checkFrozen(manifest: Manifest): Promise<void> {
  const files = manifest.nodes.flatMap((n) => [n.disk, ...(n.memory ? [n.memory] : [])])
  const bad = await Promise.all(
    files.map(async (f) => {
      const now = await frozen(f.path).catch(() => undefined)
      if (!now) return english('{path}: is gone', { path: f.path })
      return now.size === f.size && now.mtimeMs === f.mtimeMs ? undefined : `${f.path}: was changed after the snapshot`
    }),
  )
  const problems = bad.filter((b) => b !== undefined)
  if (problems.length > 0)
    throw new CorruptError(
      english('snapshot {name} can no longer be restored:\n{problems}', {
        name: manifest.name,
        problems: problems.join('\n'),
      }),
      {
        hint: `klab snapshot delete ${manifest.name}`,
      },
    )
}
