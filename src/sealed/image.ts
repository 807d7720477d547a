/**
 * The image of a sealed lab on this machine: the files of the cache if they are the same, otherwise a separate layer,
 * named by its content.
 */
import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { archiveRefs } from '../bundle/archive/archive-refs.js'
import type { World } from '../world.js'
import { chainOf } from '../snapshot/disks.js'
import { digestOf, sha256File } from '../host/digest.js'
import { cachePaths } from '../state/paths.js'
import type { SealedImage } from '../state/record.js'
import { moveFile, rejoinImage } from './disks.js'
import { INITRD, ISO, KERNEL, extraName, isExtraName, layerName } from './names.js'
import type { SealedFacts, ImageFile } from './types.js'

/**
 * Named by content, not by the recipe's key that the file claims. Otherwise a file from elsewhere could replace
 * everybody's base image.
 */
const imageKey = (facts: SealedFacts): string =>
  `sealed-${digestOf({ files: facts.image.files.map(({ name, size, sha256 }) => ({ name, size, sha256 })) })}`

const layersOf = (facts: SealedFacts): readonly ImageFile[] =>
  facts.image.files.filter((f) => /^image\/\d/.test(f.name)).sort((a, b) => (a.name < b.name ? -1 : 1))

/** Throws CorruptError if a file with added images is not an archive of images. */
async function assemble(facts: SealedFacts, at: (name: string) => string): Promise<SealedImage> {
  const layers = layersOf(facts)
  const { boot, files } = facts.image
  const has = (name: string): boolean => files.some((f) => f.name === name)
  const archives = files.filter((f) => isExtraName(f.name))
  const extra = await Promise.all(
    archives.map(async (_, i) => {
      const name = extraName(i)
      const file = at(name)
      const sha256 = files.find((f) => f.name === name)?.sha256 ?? ''
      return { file, sha256, refs: await archiveRefs(file) }
    }),
  )
  return {
    ...(layers.length > 0 && { disk: at(layerName(layers.length - 1)) }),
    boot: boot.kind === 'direct' ? { ...boot, kernel: at(KERNEL), initrd: at(INITRD) } : boot,
    ...(has(ISO) && { iso: at(ISO) }),
    ...(extra.length > 0 && { extra }),
  }
}

const inLayer =
  (dir: string) =>
  (name: string): string =>
    join(dir, name.slice('image/'.length))

/** The image, if all of it is already here. To find out, it reads files of the same name and size. */
export async function findImage(world: World, facts: SealedFacts): Promise<SealedImage | undefined> {
  const layer = await world.layers.get(imageKey(facts))
  if (layer !== undefined) return assemble(facts, inLayer(layer))
  const { layers } = cachePaths(world.roots)
  const places = new Map<string, string>()
  for (const f of facts.image.files) {
    const path = f.at === undefined ? undefined : join(layers, f.at)
    const size =
      path === undefined
        ? undefined
        : await stat(path).then(
            (s) => s.size,
            () => undefined,
          )
    if (path === undefined || size !== f.size) return undefined
    places.set(f.name, path)
  }
  const chain = layersOf(facts).map((f) => places.get(f.name) ?? '')
  const top = chain.at(-1)
  if (top !== undefined && (await chainOf(world.host, top)).join('\n') !== [...chain].reverse().join('\n'))
    return undefined
  for (const f of facts.image.files) if ((await sha256File(places.get(f.name) ?? '')) !== f.sha256) return undefined
  return facts.image.files.length > 0
    ? assemble(facts, (name) => places.get(name) ?? '')
    : assemble(facts, inLayer(layers))
}

/** Makes a layer of the image's files, which have been unpacked and verified. Throws CorruptError. */
export async function keepImage(
  world: World,
  facts: SealedFacts,
  unpacked: (name: string) => string,
): Promise<SealedImage> {
  const key = imageKey(facts)
  const dir = await world.layers.build(
    key,
    async (temp) => {
      for (const { name } of facts.image.files) await moveFile(unpacked(name), inLayer(temp)(name))
      await rejoinImage(
        world.host,
        layersOf(facts).map((f) => inLayer(temp)(f.name)),
        join(cachePaths(world.roots).layers, key),
      )
    },
    { signal: world.signal },
  )
  return assemble(facts, inLayer(dir))
}
