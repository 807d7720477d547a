/** Finding a lab: its Labfile, its id, its record. */
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StateError } from '../errors.js'
import type { HostEnv } from '../host/types.js'
import type { Lab, LoadedLab } from '../labfile/model.js'
import { labId, labPaths, roots, type LabPaths } from '../store/paths.js'
import { listRecords, type LabRecord } from '../store/record.js'

/** A lab as found on disk: where its Labfile is, and what was recorded when it was brought up (undefined: never). */
export interface FoundLab {
  readonly labfile: string
  readonly record: LabRecord | undefined
}

export interface OpenLab extends FoundLab {
  readonly id: string
  readonly lab: Lab
  readonly paths: LabPaths
  readonly labfileSha256: string
}

/** Finds the Labfile (`-f`, or upwards from the working directory) and the record that belongs to it. Throws UsageError. */
export async function findLab(env: HostEnv, named: string | undefined): Promise<FoundLab> {
  const known = await listRecords(roots(env).state)
  // A record outlives its Labfile: `destroy` must work when somebody has deleted or moved the file.
  const at = resolve(env.cwd, named ?? '.')
  const gone = known.find((r) => r.labfile === at || r.labfile === join(at, 'Labfile'))
  if (gone) return { labfile: gone.labfile, record: gone }
  const { findLabfile } = await import('../labfile/find.js')
  const labfile = await realpath(await findLabfile(env.cwd, named))
  return { labfile, record: known.find((r) => r.labfile === labfile) }
}

/** Loads the Labfile and settles the lab's id (the record's, while there is one). Throws UsageError, LabfileError. */
export async function openLab(env: HostEnv, named: string | undefined): Promise<OpenLab> {
  const found = await findLab(env, named)
  const { loadLabfile } = await import('../labfile/load.js')
  const loaded: LoadedLab = await loadLabfile(found.labfile)
  const id = found.record?.id ?? labId(loaded.lab.name, found.labfile, env.uid)
  return { ...found, id, lab: loaded.lab, paths: labPaths(roots(env), id), labfileSha256: loaded.sha256 }
}

/** The record of a lab that must be there. Throws StateError when it was never brought up. */
export async function recordedLab(
  env: HostEnv,
  named: string | undefined,
): Promise<{ record: LabRecord; paths: LabPaths; labfile: string }> {
  const { record, labfile } = await findLab(env, named)
  if (!record) throw new StateError(`${labfile}: this lab is not up`, { hint: 'klab up' })
  return { record, paths: labPaths(roots(env), record.id), labfile }
}
