/** Removing and renaming snapshots. No other snapshot is ever touched, but for the name of its parent. */
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StateError } from '../errors.js'
import { writeRecord } from '../state/record.js'
import { sweep } from './disks.js'
import { checkName, dirOf, findManifest, listManifests, writeManifest } from './manifest.js'
import type { LockedLab, Manifest } from './types.js'

/** Removes a snapshot; its children become its parent's. Returns the bytes freed. Throws StateError. */
export async function remove(lab: LockedLab, manifest: Manifest): Promise<number> {
  const { paths } = lab
  for (const child of await listManifests(paths))
    if (child.parent === manifest.id) await writeManifest(paths, { ...child, parent: manifest.parent })
  if (lab.record.snapshot === manifest.id) {
    lab.record = { ...lab.record, snapshot: manifest.parent }
    await writeRecord(paths.record, lab.record)
  }
  const memory = manifest.nodes.flatMap((n) => (n.memory ? [n.memory.path] : []))
  const blocks = await Promise.all(
    memory.map((path) =>
      stat(path).then(
        (s) => s.blocks,
        () => 0,
      ),
    ),
  )
  // One rename takes it away; what a kill leaves after it is rubbish by its name.
  const trash = join(paths.snapshots, `.${manifest.id}`)
  await rename(dirOf(paths, manifest.id), trash)
  await rm(trash, { recursive: true, force: true })
  return blocks.reduce((a, b) => a + b, 0) * 512 + (await sweep(lab))
}

/** Gives a snapshot another name. Throws UsageError, StateError when the name is taken. */
export async function renameSnapshot(lab: LockedLab, from: string, to: string): Promise<Manifest> {
  checkName(to)
  const all = await listManifests(lab.paths)
  const manifest = findManifest(all, from, 'klab snapshot rename')
  if (all.some((m) => m.name === to && m !== manifest))
    throw new StateError(`there is a snapshot ${to} already`, { hint: 'klab snapshot list' })
  // A name of one's own is a wish to keep it.
  const renamed: Manifest = { ...manifest, name: to, kind: 'manual' }
  await writeManifest(lab.paths, renamed)
  return renamed
}
