/**
 * Images that somebody handed to a lab, beside those of its bundle. The list lies beside the lab’s folder, as its
 * lessons do: the next `up` after a `destroy` has them again.
 */
import { dirname } from 'node:path'
import { exists, makeDir, readJson, writeAtomic } from '../host/files.js'
import type { Digest } from '../host/digest.js'
import { isObject } from '../host/json.js'
import type { LabPaths } from './paths.js'

export interface HandedImages {
  /** A `docker save` archive: in a layer of the cache, or beside the image of a sealed lab. */
  readonly file: string
  readonly sha256: Digest
  /** Names of the images in it. */
  readonly refs: readonly string[]
}

/** How many a lab takes, so that a sealed lab's list of files has an end. */
export const MOST_HANDED = 100

const isHanded = (x: unknown): x is HandedImages =>
  isObject(x) &&
  typeof x['file'] === 'string' &&
  typeof x['sha256'] === 'string' &&
  Array.isArray(x['refs']) &&
  x['refs'].every((ref) => typeof ref === 'string')

/** What was handed to this lab, the oldest first; a list that somebody broke is empty. */
async function ownHanded({ images }: Pick<LabPaths, 'images'>): Promise<readonly HandedImages[]> {
  const data = await readJson(images).catch(() => undefined)
  return Array.isArray(data) ? data.filter(isHanded) : []
}

/** The same, with what came with a sealed lab. What is handed later wins, so it comes last. */
export async function listHanded(
  paths: Pick<LabPaths, 'images'>,
  record: { readonly image?: { readonly handed?: readonly HandedImages[] } },
): Promise<readonly HandedImages[]> {
  const own = await ownHanded(paths)
  const known = new Set(own.map((h) => h.sha256))
  return [...(record.image?.handed ?? []).filter((h) => !known.has(h.sha256)), ...own]
}

/** Those whose files are there: what is gone from the cache nobody can load or export. */
export async function presentHanded(
  paths: Pick<LabPaths, 'images'>,
  record: Parameters<typeof listHanded>[1],
): Promise<readonly HandedImages[]> {
  const all = await listHanded(paths, record)
  const there = await Promise.all(all.map(({ file }) => exists(file)))
  return all.filter((_, i) => there[i])
}

/** Adds to the list. An entry whose names are all among the new ones goes. */
export async function addHanded(paths: Pick<LabPaths, 'images'>, more: readonly HandedImages[]): Promise<void> {
  const names = new Set(more.flatMap((h) => h.refs))
  const kept = (await ownHanded(paths)).filter((h) => h.refs.some((ref) => !names.has(ref)))
  await makeDir(dirname(paths.images))
  await writeAtomic(paths.images, `${JSON.stringify([...kept, ...more], undefined, 2)}\n`)
}
