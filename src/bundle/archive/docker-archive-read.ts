/** The images in a `docker save` archive, read in place. klab checks everything that the archive says. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { CorruptError } from '../../errors.js'
import type { UnstagedImage } from './stage.js'
import { readTarIndex, type TarEntry } from './tar-index.js'
import { isObject } from '../../host/json.js'
import { english } from '../../words/say.js'

/** Bytes: manifest.json is a list of names; a configuration has a line of history for each layer, 100 KB at most. */
const MAX_JSON = 4 * 2 ** 20
const MAX_CONFIG = 2 ** 20
/** More than any cluster's archive has. Each costs memory. */
const MAX_IMAGES = 500
/** Layers and names in all. */
const MAX_NAMES = 20_000
/**
 * How many links are followed from one layer to its file (docker before 25 writes a shared layer once, and links to
 * it).
 */
const MAX_LINKS = 8

/** An image of an archive with all its names. */
export interface ArchivedImage extends Omit<UnstagedImage, 'ref'> {
  readonly refs: readonly string[]
}

const isTexts = (x: unknown): x is readonly string[] => Array.isArray(x) && x.every((s) => typeof s === 'string')

/**
 * The images of an archive. Throws CorruptError if it is no docker archive, or lacks a part that its manifest names.
 */
export async function readDockerArchive(path: string): Promise<readonly ArchivedImage[]> {
  const bad = (why: string): CorruptError =>
    new CorruptError(english('{path}: {why}', { path, why }), {
      hint: english('save the images again: docker save -o FILE IMAGE…'),
    })
  const entries = new Map((await readTarIndex(path)).map((e) => [e.name, e]))
  const find = (name: string): TarEntry & { readonly type: 'file' } => {
    let at = posix.normalize(name)
    for (let i = 0; i < MAX_LINKS; i++) {
      const entry = entries.get(at)
      if (entry?.type === 'file') return { ...entry, type: 'file' }
      if (entry?.type !== 'link') break
      // A hard link names an entry, a symbolic link names a path relative to itself.
      const target = entry.target ?? ''
      at = entries.has(target) ? target : posix.normalize(posix.join(posix.dirname(at), target))
    }
    throw bad(`lacks ${name}`)
  }
  const text = async (name: string, most = MAX_JSON): Promise<string> => {
    const { offset, size } = find(name)
    if (size > most) throw bad(`${name} has ${size} bytes`)
    const file = await open(path, 'r')
    const { buffer } = await file.read(Buffer.alloc(size), 0, size, offset).finally(() => file.close())
    return buffer.toString('utf8')
  }
  const json = async (name: string): Promise<unknown> => {
    const content = await text(name)
    try {
      return JSON.parse(content) as unknown
    } catch {
      throw bad(`${name} is not JSON`)
    }
  }
  if (!entries.has('manifest.json')) throw bad('is not an image archive: it has no manifest.json')
  const list = await json('manifest.json')
  if (!Array.isArray(list)) throw bad('manifest.json is not a list of images')
  if (list.length > MAX_IMAGES) throw bad(`names ${list.length} images; ${MAX_IMAGES} at most`)
  // Many entries may name one configuration: it is read and kept once.
  const configs = new Map<number, Promise<string>>()
  const configOf = (name: string): Promise<string> => {
    const { offset } = find(name)
    const known = configs.get(offset) ?? text(name, MAX_CONFIG)
    configs.set(offset, known)
    return known
  }
  let names = 0
  return Promise.all(
    list.map(async (item: unknown) => {
      if (!isObject(item) || typeof item['Config'] !== 'string' || !isTexts(item['Layers']))
        throw bad('manifest.json: an image without Config or Layers')
      const refs = item['RepoTags'] ?? []
      if (!isTexts(refs)) throw bad('manifest.json: RepoTags is not a list of names')
      names += refs.length + item['Layers'].length
      if (names > MAX_NAMES) throw bad(`names more than ${MAX_NAMES} layers`)
      const layers = item['Layers'].map(find)
      const config = await configOf(item['Config'])
      return {
        where: path,
        refs,
        config,
        layers: layers.map(
          ({ offset, size }) =>
            () =>
              slice(path, offset, size),
        ),
      }
    }),
  )
}

const slice = (path: string, offset: number, size: number): Readable =>
  size === 0
    ? Readable.from([])
    : createReadStream(path, { start: offset, end: offset + size - 1, highWaterMark: 1 << 20 })
