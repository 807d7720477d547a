/** Which images a docker archive holds, without unpacking it. */
import { readDockerArchive } from './docker-archive-read.js'

/**
 * References in an archive of `docker save` (or skopeo's docker-archive), as it writes them. Throws CorruptError when
 * it is none, or lacks a part.
 */
export const archiveRefs = async (file: string): Promise<readonly string[]> =>
  (await readDockerArchive(file)).flatMap((image) => image.refs)
