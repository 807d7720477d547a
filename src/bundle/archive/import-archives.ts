/**
 * Adds image archives to a lab. klab checks each image as it does those of a bundle folder, and keeps it in a separate
 * layer: other labs use the bundle’s layer too, so that one must not change.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../../errors.js'
import { digestOf, sha256File, sha256Of, type Digest } from '../../host/digest.js'
import { isCompressed, kindOfFile } from '../../host/file-kind.js'
import { inWorkFolder, timed, type BuildContext } from '../jobs.js'
import { writeArchive, type Image } from './docker-archive.js'
import { readDockerArchive, type ArchivedImage } from './docker-archive-read.js'
import { parseRef } from './image-ref.js'
import { stageImage } from './stage.js'
import { english } from '../../words/say.js'

/** Raise this number if the way such a layer is made changes. */
const FORMAT = 1

/** The two files of such a layer; `lab/cache.ts` recognises it by the first. */
export const IMAGES_TAR = 'images.tar'
const ABOUT = 'about.json'

/** An image in the cache, with all its names. */
export interface PackedImage {
  readonly file: string
  readonly sha256: Digest
  readonly refs: readonly string[]
}

/** The images of an archive that have a name. Throws CorruptError: compressed, damaged, no image with a name. */
async function namedImages(path: string, report: (line: string) => void): Promise<readonly ArchivedImage[]> {
  const kind = await kindOfFile(path)
  if (isCompressed(kind))
    throw new CorruptError(english('{path}: is compressed ({kind})', { path, kind }), {
      hint: english('unpack it first: gunzip, unxz, zstd -d'),
    })
  const images = await readDockerArchive(path)
  const hint = 'save them by their names: docker save -o FILE NAME:TAG…'
  for (const ref of images.flatMap((i) => i.refs))
    if (!parseRef(ref))
      throw new CorruptError(english('{path}: {ref} is not the name of an image', { path, ref: JSON.stringify(ref) }), {
        hint,
      })
  const named = images.filter((i) => i.refs.length > 0)
  if (named.length === 0) throw new CorruptError(english('{path}: has no image with a name', { path }), { hint })
  if (named.length < images.length) report(`not used: ${images.length - named.length} images without a name in ${path}`)
  return named
}

/** Makes the layer with these images, once. `make` stages them below `work`. Throws what `make` throws, Interrupted. */
export async function packInLayer(
  c: BuildContext,
  { key, refs }: { readonly key: Digest; readonly refs: readonly string[] },
  make: (work: string) => Promise<readonly Image[]>,
): Promise<PackedImage> {
  const fill = (out: string): Promise<void> =>
    inWorkFolder(c, key, async (work) => {
      const file = join(out, IMAGES_TAR)
      await writeArchive(c.exec, await make(work), { out: file, work, signal: c.signal })
      await writeFile(join(out, ABOUT), JSON.stringify({ refs, sha256: await sha256File(file, c.signal) }))
    })
  const dir = await c.layers.build(key, fill, { ...(c.signal && { signal: c.signal }), onWait: c.report })
  const { sha256 } = JSON.parse(await readFile(join(dir, ABOUT), 'utf8')) as { readonly sha256: Digest }
  return { file: join(dir, IMAGES_TAR), sha256, refs }
}

/**
 * The images of archives (`docker save`, skopeo’s docker-archive), each in a layer of the cache. `has`: names that the
 * lab’s bundle has; such images are left out, because a cluster must not get other ones under the same names. Throws
 * CorruptError for what is no such archive, damaged or for another machine; CommandError, Interrupted.
 */
export async function importArchives(
  archives: readonly string[],
  { arch, has }: { readonly arch: string; readonly has: (ref: string) => boolean },
  c: BuildContext,
): Promise<readonly PackedImage[]> {
  const made: PackedImage[] = []
  for (const path of archives) {
    for (const image of await namedImages(path, c.report)) {
      const refs = image.refs.filter((ref) => !has(ref)).sort()
      for (const ref of image.refs.filter(has)) c.report(`not used: ${ref}: the lab’s bundle has it`)
      const [first] = refs
      if (first === undefined) continue
      const id = sha256Of(image.config)
      const key = digestOf({ kind: 'added-image', format: FORMAT, arch, id, refs })
      const stage = async (work: string): Promise<readonly Image[]> => {
        const staged = await stageImage({ ...image, ref: first }, arch, work)
        return refs.map((ref) => ({ ...staged, ref }))
      }
      made.push(await timed(c, first, () => packInLayer(c, { key, refs }, stage)))
    }
  }
  return made
}
