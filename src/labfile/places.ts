/** What a Labfile names on this machine: whether it is there. Only `validate` asks; the phases say it when in need. */
import { stat } from 'node:fs/promises'
import { LabfileError } from '../errors.js'
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
  // One with a sum may be in the cache already.
  if (image.kind === 'path' && image.sha256 === undefined)
    places.push({ field: ['image', 'path'], path: image.path, kind: 'file' })
  if (k?.bundle.source === 'dir')
    places.push({ field: ['kubernetes', 'bundle', 'dir'], path: k.bundle.path, kind: 'folder' })
  if (typeof k?.cni === 'object' && 'manifest' in k.cni)
    places.push({ field: ['kubernetes', 'cni', 'manifest'], path: k.cni.manifest, kind: 'file' })
  return places
}

/** Throws LabfileError with every file and folder that the lab names and that is not there. */
export async function requirePlaces(lab: Lab, labfile: string): Promise<void> {
  const missing: Place[] = []
  for (const place of placesOf(lab)) {
    const s = await stat(place.path).catch(() => undefined)
    if (!(place.kind === 'file' ? s?.isFile() : s?.isDirectory())) missing.push(place)
  }
  if (missing.length === 0) return
  const source = readSource((await readLabfile(labfile)).text)
  const issues = missing.map(({ field, path, kind }) => ({
    field: fieldName(field),
    message: `no such ${kind}: ${path}`,
    ...source.place(field),
  }))
  throw new LabfileError(labfile, issues, { hint: 'correct the path, or put it there' })
}
