/**
 * Images that somebody added to a lab, besides those of its bundle. The list is beside the lab’s folder, as its lessons
 * are: the next `up` after a `destroy` has them again.
 */
import { dirname } from 'node:path'
import { exists, makeDir, readJson, writeAtomic } from '../host/files.js'
import type { Digest } from '../host/digest.js'
import { isObject } from '../host/json.js'
import type { LabPaths } from './paths.js'

export interface ExtraImages {
  /** A `docker save` archive: in a layer of the cache, or beside the image of a sealed lab. */
  readonly file: string
  readonly sha256: Digest
  /** Names of the images in it. */
  readonly refs: readonly string[]
}

/** How many a lab takes, so that a sealed lab's list of files has an end. */
export const MOST_EXTRA = 100

const isExtraImages = (x: unknown): x is ExtraImages =>
  isObject(x) &&
  typeof x['file'] === 'string' &&
  typeof x['sha256'] === 'string' &&
  Array.isArray(x['refs']) &&
  x['refs'].every((ref) => typeof ref === 'string')

/** What was added to this lab, the oldest first. A damaged list counts as empty. */
async function ownExtraImages({ images }: Pick<LabPaths, 'images'>): Promise<readonly ExtraImages[]> {
  const data = await readJson(images).catch(() => undefined)
  return Array.isArray(data) ? data.filter(isExtraImages) : []
}

/** The same, with the images of a sealed lab. Images that were added later replace older ones, so they come last. */
export async function listExtraImages(
  paths: Pick<LabPaths, 'images'>,
  record: { readonly image?: { readonly extra?: readonly ExtraImages[] } },
): Promise<readonly ExtraImages[]> {
  const own = await ownExtraImages(paths)
  const known = new Set(own.map((h) => h.sha256))
  return [...(record.image?.extra ?? []).filter((h) => !known.has(h.sha256)), ...own]
}

/** Those whose files are there: what is gone from the cache nobody can load or export. */
export async function presentExtraImages(
  paths: Pick<LabPaths, 'images'>,
  record: Parameters<typeof listExtraImages>[1],
): Promise<readonly ExtraImages[]> {
  const all = await listExtraImages(paths, record)
  const there = await Promise.all(all.map(({ file }) => exists(file)))
  return all.filter((_, i) => there[i])
}

/** Adds to the list. An entry whose names are all among the new ones goes. */
export async function addExtraImages(paths: Pick<LabPaths, 'images'>, more: readonly ExtraImages[]): Promise<void> {
  const names = new Set(more.flatMap((h) => h.refs))
  const kept = (await ownExtraImages(paths)).filter((h) => h.refs.some((ref) => !names.has(ref)))
  await makeDir(dirname(paths.images))
  await writeAtomic(paths.images, `${JSON.stringify([...kept, ...more], undefined, 2)}\n`)
}
