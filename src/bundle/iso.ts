/** A bundle as an ISO image, which guests get as a read-only disk: nothing is copied over the network. */
import { join } from 'node:path'
import { digestOf } from '../host/digest.js'
import type { Digest } from '../host/digest.js'
import { timed, type BuildContext } from './jobs.js'
import { FILE_TIME } from './archive/tar.js'

/** Volume label by which guests mount it (cloud-init/phases/bundle.sh). */
const ISO_LABEL = 'KLABBUNDLE'
/** Its file name in the layer. */
export const ISO_NAME = 'bundle.iso'

/** Raise this number if the way the image is made changes. */
const FORMAT = 1

/** Key of the layer that holds a bundle's ISO image. */
const isoKey = (bundle: Digest): Digest => digestOf({ format: FORMAT, kind: 'bundle-iso', bundle })

/** argv that packs `dir`. Rock Ridge keeps Linux names, modes and links; -r makes all files root's and readable. */
const isoCommand = (dir: string, out: string): readonly string[] => [
  'xorriso',
  '-as',
  'mkisofs',
  '-quiet',
  '-r',
  '-V',
  ISO_LABEL,
  '-o',
  out,
  dir,
]

/**
 * The folder with bundle.iso of this bundle, from the cache or made (a few seconds). `check` runs before it is made.
 * Throws what `check` throws, CommandError, HostError, Interrupted.
 */
export async function bundleIso(
  dir: string,
  key: Digest,
  c: BuildContext,
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const stop = c.signal ? { signal: c.signal } : {}
  return c.layers.build(
    isoKey(key),
    async (out) => {
      await check()
      const run = () =>
        c.exec.run(isoCommand(dir, join(out, ISO_NAME)), { ...stop, env: { SOURCE_DATE_EPOCH: String(FILE_TIME) } })
      await timed(c, 'bundle disk', run)
    },
    { ...stop, onWait: c.report },
  )
}
