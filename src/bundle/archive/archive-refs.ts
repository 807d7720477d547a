/** Which images a docker archive holds, without unpacking it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readDockerArchive } from './docker-archive-read.js'

/**
 * References in an archive of `docker save` (or skopeo's docker-archive), as they are written there. Throws
 * CorruptError if it is no such archive, or lacks a part.
 */
export const archiveRefs = async (file: string): Promise<readonly string[]> =>
  (await readDockerArchive(file)).flatMap((image) => image.refs)

/** References in all archives of a bundle (its folder). Throws CorruptError for a damaged one. */
export async function bundleRefs(dir: string): Promise<readonly string[]> {
  const images = join(dir, 'images')
  const archives = (await readdir(images)).filter((name) => name.endsWith('.tar'))
  return (await Promise.all(archives.map((name) => archiveRefs(join(images, name))))).flat()
}
