/** `klab snapshot export`: a snapshot, and all that it needs elsewhere, as one file. */
import { rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HostError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { contentsOf, workFolder } from './contents.js'
import type { SealedFacts, Progress } from './types.js'
import { writeSeal } from './write.js'
import { english } from '../words/say.js'

const MIB = 2 ** 20
/** RAM and images shrink to a third or less. If a disk gets full anyway, the export ends and leaves nothing behind. */
const COMPRESSED = 0.5

/** Writes `path`. Throws StateError if it exists already (unless `force`), HostError without room, CorruptError. */
export async function exportSnapshot(
  lab: LockedLab,
  manifest: Manifest,
  path: string,
  o: { readonly force: boolean; readonly progress: Progress },
): Promise<SealedFacts> {
  if (!o.force && (await exists(path)))
    throw new StateError(english('{path}: already exists', { path }), {
      hint: 'choose another name, or overwrite it with --force',
    })
  if (!(await exists(dirname(path))))
    throw new StateError(english('{dir}: no such folder', { dir: dirname(path) }), {
      hint: `mkdir -p ${dirname(path)}`,
    })
  const work = await workFolder(lab)
  try {
    lab.say(english('merging disk layers, computing the checksum of the image'))
    const { facts, sources } = await contentsOf(lab, manifest, work)
    const all = sources.reduce((a, s) => a + s.size, 0)
    await checkRoom(dirname(path), all * COMPRESSED)
    await writeSeal(lab.world.host, { path, facts, sources, o: { signal: lab.world.signal, progress: o.progress } })
    return facts
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Throws HostError if fewer bytes are free in `dir`. */
export async function checkRoom(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir)
  if (bavail * bsize < bytes)
    throw new HostError(
      english('{dir}: {free} MiB are free, {needed} MiB are needed', {
        dir,
        free: Math.floor((bavail * bsize) / MIB),
        needed: Math.ceil(bytes / MIB),
      }),
      {
        hint: english('make room, or choose another folder'),
      },
    )
}
