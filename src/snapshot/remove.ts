/** Removes and renames snapshots. No other snapshot changes, except for the name of its parent. */
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StateError } from '../errors.js'
import { writeRecord } from '../state/record.js'
import { sweep } from './disks.js'
import { checkName, dirOf, findManifest, listManifests, writeManifest } from './manifest.js'
import type { LockedLab, Manifest } from './types.js'
import { english } from '../words/say.js'

/** Removes a snapshot; its children become children of its parent. Returns the bytes freed. Throws StateError. */
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
  // One rename removes it. What a kill leaves after that is rubbish, and its name says so.
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
    throw new StateError(english('there is already a snapshot {name}', { name: to }), { hint: 'klab snapshot list' })
  // If the user gives it a name, klab keeps it.
  const renamed: Manifest = { ...manifest, name: to, kind: 'manual' }
  await writeManifest(lab.paths, renamed)
  return renamed
}
