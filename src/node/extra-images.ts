/** Loads images that are not baked in into the runtime of a node: those added to a lab, and those of add-ons. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { CommandError, Interrupted } from '../errors.js'
import type { Digest } from '../host/digest.js'
import { listExtraImages, presentExtraImages, type ExtraImages } from '../state/extra-images.js'
import type { LabRun } from '../world.js'
import { connectWithin } from './connections.js'
import { GUEST_LIB, loadScripts, removeMark } from './guest-phase.js'
import { english } from '../words/say.js'

type LoadingLab = Pick<LabRun, 'world' | 'paths' | 'record'>

const SCRIPT = 'load-images.sh'
/** ms until a node answers: it runs already. */
const CONNECT_MS = 60_000

const markOf = ({ sha256 }: ExtraImages): string => `images-${sha256.slice(0, 12)}`

/** Whether a node’s marks show that it has these images. */
export const isLoaded = (images: ExtraImages, marks: ReadonlyMap<string, Digest>): boolean =>
  marks.get(markOf(images)) === images.sha256

/** Those that a node’s marks do not show. */
export async function missingImages(
  lab: Pick<LoadingLab, 'paths' | 'record'>,
  marks: ReadonlyMap<string, Digest>,
): Promise<readonly ExtraImages[]> {
  const all = await presentExtraImages(lab.paths, lab.record)
  return all.filter((images) => !isLoaded(images, marks))
}

/** Removes the marks, so that a node gets all of them again. Throws ProbeError, CommandError. */
export async function forgetImages(lab: LoadingLab, node: string): Promise<void> {
  const all = await listExtraImages(lab.paths, lab.record)
  if (all.length === 0) return
  const guest = await connectWithin(lab, node, CONNECT_MS)
  for (const h of all) await removeMark(guest, markOf(h))
}

/** Loads images into a node’s runtime, one after the other. Throws ProbeError, CommandError, Interrupted. */
export async function loadImages(
  lab: LoadingLab,
  node: string,
  images: readonly ExtraImages[],
  line: (text: string) => void,
): Promise<void> {
  if (images.length === 0) return
  const guest = await connectWithin(lab, node, CONNECT_MS)
  const text = (await loadScripts(lab.world.assets)).files.get(SCRIPT)
  if (text === undefined) throw new TypeError(`no ${SCRIPT}`)
  const script = `${GUEST_LIB}/${SCRIPT}`
  await guest.put([{ path: script, content: text, mode: 0o755 }])
  const { signal } = lab.world
  for (const { file, sha256, refs } of images) {
    line(english('loading {images}', { images: refs.join(', ') }))
    const runtime = lab.record.lab.kubernetes?.runtime ?? 'docker'
    const load = await guest.filter(['sudo', '-n', 'bash', script, runtime, sha256])
    load.output.resume()
    // If the command ends early, what it said is the better reason.
    const fed = pipeline(createReadStream(file), load.input, { signal })
    fed.catch(() => undefined)
    try {
      await load.done
    } catch (error) {
      if (signal.aborted) throw new Interrupted()
      throw error instanceof CommandError && /no space left/i.test(error.failure.tail)
        ? new CommandError(error.failure, {
            hint: english('a larger disk in the Labfile, or fewer images'),
            cause: error,
          })
        : error
    }
    await fed
  }
}
