/**
 * Whether the files and folders that a Labfile names exist. Only `validate` asks; the phases report it when they need
 * them.
 */
import { stat } from 'node:fs/promises'
import { LabfileError, type LabfileIssue } from '../errors.js'
import { english } from '../words/say.js'
import type { Lab } from './model.js'
import { readLabfile } from './read.js'
import { fieldName, readSource, type Path } from './source.js'

interface Place {
  readonly field: Path
  readonly path: string
  readonly kind: 'file' | 'folder'
}

function placesOf({ image, kubernetes: k }: Lab): readonly Place[] {
  const places: Place[] = []
  // A file with a sum may be in the cache already.
  if (image.kind === 'path' && image.sha256 === undefined)
    places.push({ field: ['image', 'path'], path: image.path, kind: 'file' })
  if (k?.bundle.source === 'dir')
    places.push({ field: ['kubernetes', 'bundle', 'dir'], path: k.bundle.path, kind: 'folder' })
  if (typeof k?.cni === 'object' && 'manifest' in k.cni)
    places.push({ field: ['kubernetes', 'cni', 'manifest'], path: k.cni.manifest, kind: 'file' })
  return places
}

/** A problem of a field, at its place in the Labfile. Throws UsageError if the Labfile cannot be read. */
export async function placeOf(labfile: string, field: Path, message: string): Promise<LabfileIssue> {
  const source = readSource((await readLabfile(labfile)).text)
  return { field: fieldName(field), message, ...source.place(field) }
}

/** Throws LabfileError with every file and folder that the lab names but that does not exist. */
export async function requirePlaces(lab: Lab, labfile: string): Promise<void> {
  const missing: Place[] = []
  for (const place of placesOf(lab)) {
    const s = await stat(place.path).catch(() => undefined)
    if (!(place.kind === 'file' ? s?.isFile() : s?.isDirectory())) missing.push(place)
  }
  if (missing.length === 0) return
  const issues = await Promise.all(
    missing.map(({ field, path, kind }) =>
      placeOf(
        labfile,
        field,
        kind === 'file' ? english('no such file: {path}', { path }) : english('no such folder: {path}', { path }),
      ),
    ),
  )
  throw new LabfileError(labfile, issues, { hint: english('correct the path, or put it there') })
}
