/**
 * Prepares imported images for klab's archives: each layer is unpacked and checked against the image's own list of
 * sums.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CorruptError } from '../../errors.js'
import { exists } from '../../host/files.js'
import { limited, limitIn } from './limit.js'
import type { Image } from './docker-archive.js'
import { english } from '../../words/say.js'

/** No layer unpacks to more than this. A small file that does is a trap. */
const MAX_LAYER = 8 * 2 ** 30

/** An image as it was found: its configuration as text, and its layers in order, as tar or gzipped tar. */
export interface UnstagedImage {
  readonly ref: string
  /** File or folder it is in, for messages. */
  readonly where: string
  readonly config: string
  readonly layers: readonly (() => Readable)[]
}

/** What klab needs of a configuration (OCI image spec, config.md); undefined if it is not one. */
function parseConfig(
  text: string,
): { readonly arch: string; readonly os: string; readonly diffIds: readonly string[] } | undefined {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    return undefined
  }
  const c = data as { architecture?: unknown; os?: unknown; rootfs?: { diff_ids?: unknown } } | null
  const ids = c?.rootfs?.diff_ids
  if (typeof c?.architecture !== 'string' || typeof c.os !== 'string' || !Array.isArray(ids)) return undefined
  const sums = ids.map((id: unknown) => /^sha256:([0-9a-f]{64})$/.exec(String(id))?.[1])
  return sums.some((s) => s === undefined)
    ? undefined
    : { arch: c.architecture, os: c.os, diffIds: sums.map((s) => s ?? '') }
}

/**
 * The image with its layers as files in `work`/layers, where equal layers are kept once. Throws CorruptError if a layer
 * is not what the configuration says, or is made for another machine.
 */
export async function stageImage(image: UnstagedImage, arch: string, work: string): Promise<Image> {
  const bad = (why: string): CorruptError =>
    new CorruptError(english('{place}: {image}: {why}', { place: image.where, image: image.ref, why }), {
      hint: english('get the image again; klab bundle build goes on from there'),
    })
  const config = parseConfig(image.config)
  if (!config) throw bad('its configuration is not one of an image')
  if (config.os !== 'linux' || config.arch !== arch) throw bad(`is for ${config.os}/${config.arch}, not linux/${arch}`)
  if (config.diffIds.length !== image.layers.length)
    throw bad(`has ${image.layers.length} layers, its configuration ${config.diffIds.length}`)
  const dir = join(work, 'layers')
  await mkdir(dir, { recursive: true })
  const layers = []
  for (const [i, digest] of config.diffIds.entries()) {
    const file = join(dir, digest)
    if (!(await exists(file))) {
      const part = `${file}.part`
      const sum = await unpack(image.layers[i]?.() ?? fail(), { to: part, what: `${image.where}: ${image.ref}`, bad })
      if (sum !== digest) {
        await rm(part, { force: true })
        throw bad(`layer ${i + 1} has the sum ${sum}, its configuration says ${digest}`)
      }
      await rename(part, file)
    }
    layers.push({ file, digest, origin: '' })
  }
  return { ref: image.ref, arch, config: image.config, layers }
}

/** Writes a layer uncompressed; its sha256. */
async function unpack(
  from: Readable,
  { to, what, bad }: { readonly to: string; readonly what: string; readonly bad: (why: string) => CorruptError },
): Promise<string> {
  const hash = createHash('sha256')
  const limit = limited(await limitIn(dirname(to), MAX_LAYER, what))
  const sum = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const first = await peek(from)
  const tail = [limit, sum, createWriteStream(to, { mode: 0o600 })] as const
  try {
    if (first[0] === 0x1f && first[1] === 0x8b) await pipeline(from, createGunzip(), ...tail)
    else await pipeline(from, ...tail)
  } catch (error) {
    if (/^Z_|^ERR_STREAM_PREMATURE/.test(String((error as NodeJS.ErrnoException).code))) throw bad('a layer is damaged')
    throw error
  }
  return hash.digest('hex')
}

/** The first bytes of a stream; they stay in it. */
async function peek(stream: Readable): Promise<Buffer> {
  await new Promise<void>((done, fail) => stream.once('readable', done).once('error', fail).once('end', done))
  const chunk = stream.read() as Buffer | null
  if (chunk !== null) stream.unshift(chunk)
  return chunk ?? Buffer.alloc(0)
}

function fail(): never {
  throw new TypeError('a layer is not there')
}
