/** Finding a lab: its Labfile, its id, its record. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { StateError } from '../errors.js'
import { exists, folderMark } from '../host/files.js'
import { requireOwnFile } from '../host/ownership.js'
import type { HostEnv } from '../host/types.js'
import type { BundleChoice, Lab, LoadedLab } from '../labfile/model.js'
import { labId, labPaths, roots, type LabPaths } from '../state/paths.js'
import { listRecords, type LabRecord } from '../state/record.js'
import { english } from '../words/say.js'

/**
 * A lab as found on disk: where its Labfile is (links of folders are followed, a link of the file itself is not), and
 * what was recorded when it was brought up (undefined: never).
 */
export interface FoundLab {
  readonly labfile: string
  readonly record: LabRecord | undefined
}

export interface OpenLab extends FoundLab {
  readonly id: string
  readonly lab: Lab
  readonly paths: LabPaths
  readonly labfileSha256: string
  /** What `bundle: auto` became, once that was chosen (settle-bundle.ts). */
  readonly bundle?: BundleChoice
}

/**
 * Only links of folders are followed. A Labfile that is a link in two folders is two labs, and neither can destroy the
 * other's.
 */
const placeOf = async (found: string): Promise<string> => join(await realpath(dirname(found)), basename(found))

/** The lab whose folder was renamed to the one of this Labfile. */
async function renamed(known: readonly LabRecord[], labfile: string): Promise<LabRecord | undefined> {
  const folder = await folderMark(dirname(labfile))
  const same = known.find(
    (r) => folder !== undefined && r.folder === folder && basename(r.labfile) === basename(labfile),
  )
  return same && !(await exists(same.labfile)) ? { ...same, labfile } : undefined
}

/** Also the Labfile's path with links in it. */
async function locate(env: HostEnv, named: string | undefined): Promise<FoundLab & { readonly found: string }> {
  const known = await listRecords(roots(env).state)
  // A record outlives its Labfile: `destroy` must work after somebody has deleted or moved the file.
  const at = resolve(env.cwd, named ?? '.')
  const gone = known.find((r) => r.labfile === at || r.labfile === join(at, 'Labfile'))
  if (gone) return { found: gone.labfile, labfile: gone.labfile, record: gone }
  const { findLabfile } = await import('../labfile/find.js')
  const found = await findLabfile(env.cwd, named)
  const labfile = await placeOf(found)
  return { found, labfile, record: known.find((r) => r.labfile === labfile) ?? (await renamed(known, labfile)) }
}

/**
 * Finds the Labfile (`-f`, or upwards from the working directory) and the record that belongs to it. Throws UsageError.
 */
export async function findLab(env: HostEnv, named: string | undefined): Promise<FoundLab> {
  const { labfile, record } = await locate(env, named)
  return { labfile, record }
}

/**
 * Loads the Labfile and settles the lab's id (the record's, while there is one). Throws UsageError, LabfileError;
 * UnsafeError when other users can change the Labfile, for it decides which programs run. (Verbs that need the record
 * alone do not read it.)
 */
export async function readLab(env: HostEnv, named: string | undefined): Promise<OpenLab> {
  const { found, labfile, record } = await locate(env, named)
  // Paths in it start where the file really is.
  const real = await realpath(labfile).catch(() => labfile)
  for (const path of new Set([found, labfile, real])) await requireOwnFile(path, env)
  const { loadLabfile } = await import('../labfile/load.js')
  const loaded: LoadedLab = await loadLabfile(real)
  const id = record?.id ?? labId(loaded.lab.name, labfile, env.uid)
  return { labfile, record, id, lab: loaded.lab, paths: labPaths(roots(env), id), labfileSha256: loaded.sha256 }
}

/** The record of a lab that must exist. Throws StateError if it was never brought up. */
export async function recordedLab(
  env: HostEnv,
  named: string | undefined,
): Promise<{ record: LabRecord; paths: LabPaths; labfile: string }> {
  const { record, labfile } = await findLab(env, named)
  if (!record)
    throw new StateError(
      english('{labfile}: this lab is not up{value}', { labfile, value: await lostLike(env, labfile) }),
      { hint: 'klab up' },
    )
  return { record, paths: labPaths(roots(env), record.id), labfile }
}

/** Says which lab was made from this same Labfile in a folder that is gone; empty: none. */
async function lostLike(env: HostEnv, labfile: string): Promise<string> {
  const { readLabfile } = await import('../labfile/read.js')
  const { sha256 } = await readLabfile(labfile).catch(() => ({ sha256: undefined }))
  for (const r of await listRecords(roots(env).state))
    if (r.labfileSha256 === sha256 && !(await exists(r.labfile)))
      return `; lab ${r.name} of ${r.labfile}, which is gone, was made from the same text: klab -f ${r.labfile} status`
  return ''
}
