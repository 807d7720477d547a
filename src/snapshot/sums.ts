/**
 * The sha256 of a snapshot's files: made once in the background, and compared if asked for (`--verify`). Size and time
 * are always compared (manifest.ts).
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import { readJson, writeAtomic } from '../host/files.js'
import type { HostExec } from '../host/types.js'
import { sha256File } from '../host/digest.js'
import type { LabPaths } from '../state/paths.js'
import { chainOf } from './disks.js'
import { checkFrozen, dirOf } from './manifest.js'
import type { Manifest } from './types.js'
import { english } from '../words/say.js'

type Sums = Readonly<Record<string, string>>

const sumsOf = (paths: LabPaths, id: string): string => join(dirOf(paths, id), 'sums.json')

/** RAM images, and all of the lab's own files in the chains of the disks. */
async function filesOf(exec: HostExec, paths: LabPaths, manifest: Manifest): Promise<readonly string[]> {
  const chains = await Promise.all(manifest.nodes.map((n) => chainOf(exec, n.disk.path)))
  const own = chains.flat().filter((file) => file.startsWith(`${paths.dir}/`))
  return [...own, ...manifest.nodes.flatMap((n) => (n.memory ? [n.memory.path] : []))]
}

/**
 * Compares every byte of a snapshot with what was written; `recorded`: there was nothing to compare with yet, and now
 * there is. Reads everything: seconds for each GiB. Throws CorruptError with the files that are gone or have changed.
 */
export async function verify(exec: HostExec, paths: LabPaths, manifest: Manifest): Promise<'recorded' | 'unchanged'> {
  await checkFrozen(manifest)
  const known = (await readJson(sumsOf(paths, manifest.id)).catch(() => undefined)) as Sums | undefined
  const now: Record<string, string> = {}
  // One after the other: they share one disk.
  for (const file of await filesOf(exec, paths, manifest)) now[file] = await sha256File(file)
  if (!known) {
    // Not for a snapshot that was deleted in between.
    await stat(dirOf(paths, manifest.id))
    await writeAtomic(sumsOf(paths, manifest.id), `${JSON.stringify(now, undefined, 2)}\n`)
    return 'recorded'
  }
  const changed = Object.keys(now).filter((file) => known[file] !== undefined && known[file] !== now[file])
  if (changed.length > 0)
    throw new CorruptError(
      english('snapshot {name} can no longer be trusted:\n{files}', {
        name: manifest.name,
        files: changed.map((file) => english('{file}: its sha256 has changed', { file })).join('\n'),
      }),
      {
        hint: `klab snapshot delete ${manifest.name}`,
      },
    )
  return 'unchanged'
}
