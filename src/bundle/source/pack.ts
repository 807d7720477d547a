/** The images of a bundle from source. `cloud-init/bundle/images.yaml` says what is in each. */
import { mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { CorruptError } from '../../errors.js'
import { checkData, parseDataFile } from '../../host/data-file.js'
import { readText } from '../../host/files.js'
import { sha256File } from '../../host/digest.js'
import type { Image, ImageLayer } from '../archive/docker-archive.js'
import { shortName } from '../archive/image-ref.js'
import type { BuildContext } from '../jobs.js'
import { addDebs, addEtc, addProgram, linkApplets } from './rootfs.js'
import { packDir } from '../archive/tar.js'
import type { Gathered } from './gather.js'
import { english } from '../../words/say.js'

/** A path in an image, or in one of klab's folders of scripts. */
export const imagePath = z.string().regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/)
const contents = z.strictObject({
  /** On the small Debian root, which is one layer for all. */
  root: z.boolean().default(false),
  /** Path in the image → COMPONENT/PROGRAM. */
  programs: z.record(imagePath, imagePath).default({}),
  /** Path in the image → file beside images.yaml. */
  scripts: z.record(imagePath, imagePath).default({}),
  links: z.record(imagePath, imagePath).default({}),
  folders: z.array(imagePath).default([]),
  /** Default: the first program. */
  entrypoint: imagePath.optional(),
})

export type ImageContents = z.infer<typeof contents>

const FORM = z.record(z.string(), contents)

const home = (assets: string): string => join(assets, 'cloud-init', 'bundle')

/** What is in each of klab's own images, by the last part of its name. Throws CorruptError. */
export async function imageContents(assets: string): Promise<Readonly<Record<string, ImageContents>>> {
  const file = join(home(assets), 'images.yaml')
  return parseDataFile((await readText(file)) ?? '', FORM, file)
}

/** The same for images of add-ons, whose addon.yaml was read without a look at this part. Throws CorruptError. */
const addonContents = (given: Packing['contents'] = {}): Readonly<Record<string, ImageContents>> =>
  checkData(given, FORM, 'contents of an add-on')

/** A tree as one layer below `work`. `fill` makes the tree. Throws what `fill` throws, CommandError, Interrupted. */
export async function packLayer(
  c: Pick<BuildContext, 'exec' | 'signal'>,
  { name, origin, work }: { readonly name: string; readonly origin: string; readonly work: string },
  fill: (dir: string) => Promise<void>,
): Promise<ImageLayer> {
  const [dir, file] = [join(work, 'stage', name), join(work, `${name}.layer.tar`)]
  await mkdir(dir, { recursive: true })
  await fill(dir)
  await packDir(c.exec, dir, file, c.signal)
  await rm(dir, { recursive: true, force: true })
  return { file, digest: await sha256File(file), origin }
}

/** Where the layers are packed. */
export interface Packing {
  readonly arch: string
  readonly work: string
  readonly debian: string
  /** More entries like those of images.yaml: the images of add-ons. */
  readonly contents?: Readonly<Record<string, unknown>>
}

/**
 * The images with these names, their layers as files below `work`. Throws CorruptError for a name that images.yaml does
 * not have, CommandError, Interrupted.
 */
export async function packImages(
  c: BuildContext,
  refs: readonly string[],
  g: Gathered,
  p: Packing,
): Promise<readonly Image[]> {
  const known = { ...(await imageContents(c.assets)), ...addonContents(p.contents) }
  const layer = (name: string, origin: string, fill: (dir: string) => Promise<void>): Promise<ImageLayer> =>
    packLayer(c, { name, origin, work: p.work }, fill)
  const root = await layer('root', `klab: Debian ${p.debian}: ${g.root.length} packages`, async (dir) => {
    await addDebs(c.exec, g.root, dir, c.signal)
    await addEtc(dir)
    await linkApplets(dir)
  })
  const images: Image[] = []
  for (const ref of new Set(refs)) {
    const name = shortName(ref)
    const what = known[name]
    const entrypoint = what?.entrypoint ?? Object.keys(what?.programs ?? {})[0]
    if (!what || entrypoint === undefined)
      throw new CorruptError(english("klab's recipe has no image {image}", { image: ref }), {
        hint: english('take another kubernetes.bundle, such as upstream'),
      })
    const own = Object.keys({ ...what.programs, ...what.scripts })
    const layers = what.root ? [root] : []
    if (own.length > 0)
      layers.push(
        await layer(name, `klab: ${own.map((at) => `/${at}`).join(', ')}`, (dir) => fillImage(c, what, g, dir)),
      )
    images.push({ ref, arch: p.arch, entrypoint: [`/${entrypoint}`], layers })
  }
  return images
}

async function fillImage(c: BuildContext, what: ImageContents, g: Gathered, dir: string): Promise<void> {
  if (!what.root) await addEtc(dir)
  for (const folder of what.folders) await mkdir(join(dir, folder), { recursive: true })
  for (const [at, from] of Object.entries(what.programs)) {
    const [role = '', program = ''] = from.split('/')
    await addProgram(dir, join(g.folders.get(role) ?? missing(role), program), at)
  }
  for (const [at, from] of Object.entries(what.scripts)) await addProgram(dir, join(home(c.assets), from), at)
  for (const [at, to] of Object.entries(what.links)) {
    await mkdir(dirname(join(dir, at)), { recursive: true })
    await symlink(to, join(dir, at))
  }
}

function missing(role: string): never {
  throw new CorruptError(english('the recipe has no {role}, which an image needs', { role }), {
    hint: english('take another kubernetes.cni'),
  })
}
