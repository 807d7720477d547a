/** klab's own small images for lessons (`cloud-init/lesson-images`), from Debian's packages. They are in no bundle. */
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pMap from 'p-map'
import * as z from 'zod'
import { HostError } from '../../errors.js'
import { readText } from '../../host/files.js'
import { digestOf, type Digest } from '../../host/digest.js'
import type { HostExec } from '../../host/types.js'
import { parseDataFile } from '../../host/data-file.js'
import type { Image } from '../archive/docker-archive.js'
import { packInLayer, type PackedImage } from '../archive/import-archives.js'
import { inWorkFolder, timed, type BuildContext } from '../jobs.js'
import { openApt, packageOf, type Apt } from './apt.js'
import { imagePath, packLayer } from './pack.js'
import { addDebs, addEtc, linkApplets } from './rootfs.js'
import { english } from '../../words/say.js'

/** Raise this number if the way such images are made changes. */
const FORMAT = 1

const schema = z.strictObject({
  suite: z.string().regex(/^[a-z]+$/),
  images: z.record(
    z.string().regex(/^klab\.local\/[a-z]+:\d+$/),
    z.strictObject({
      packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/)).min(1),
      folders: z.array(imagePath).default([]),
      /** Path in the image → file beside images.yaml. */
      files: z.record(imagePath, imagePath).default({}),
      /** What runs unless the pod says something else. */
      command: z.array(z.string()).min(1),
    }),
  ),
})

type OwnImage = z.infer<typeof schema>['images'][string]

const home = (assets: string): string => join(assets, 'cloud-init', 'lesson-images')

/** Throws HostError that names what is missing. */
async function requireDebian(exec: HostExec): Promise<void> {
  for (const tool of ['apt-get', 'dpkg-deb'])
    if ((await exec.which(tool)) === undefined)
      throw new HostError(
        english('klab’s own images are made from Debian’s packages, and {tool} is not installed', { tool }),
        {
          hint: english(
            'make them on a Debian machine; or save other images with docker save, then klab bundle add-images FILE',
          ),
        },
      )
}

/** The image's tree as one layer below `work`. */
async function ownImage(
  c: BuildContext,
  { ref, what, apt }: { readonly ref: string; readonly what: OwnImage; readonly apt: Apt },
  { arch, work }: { readonly arch: string; readonly work: string },
): Promise<Image> {
  const debs = await apt.download(what.packages)
  const names = debs.map(packageOf).map((p) => `${p.name} ${p.version}`)
  const layer = await packLayer(c, { name: 'layer', origin: `klab: ${names.join(', ')}`, work }, async (dir) => {
    await addDebs(c.exec, debs, dir, c.signal)
    await addEtc(dir)
    for (const folder of what.folders) await mkdir(join(dir, folder), { recursive: true })
    for (const [at, from] of Object.entries(what.files)) {
      await mkdir(dirname(join(dir, at)), { recursive: true })
      await copyFile(join(home(c.assets), from), join(dir, at))
      await chmod(join(dir, at), from.endsWith('.sh') ? 0o755 : 0o644)
    }
    await linkApplets(dir)
  })
  return { ref, arch, command: what.command, layers: [layer] }
}

interface Keyed {
  readonly ref: string
  readonly what: OwnImage
  readonly key: Digest
}

/** The images of images.yaml, each with the key of its layer. */
async function keyed(
  c: BuildContext,
  arch: string,
): Promise<{ readonly suite: string; readonly all: readonly Keyed[] }> {
  const file = join(home(c.assets), 'images.yaml')
  const { suite, images } = parseDataFile((await readText(file)) ?? '', schema, file)
  const all: Keyed[] = []
  for (const [ref, what] of Object.entries(images)) {
    const used = await Promise.all(
      Object.values(what.files).map(async (name) => [name, await readFile(join(home(c.assets), name), 'utf8')]),
    )
    all.push({ ref, what, key: digestOf({ kind: 'own-image', format: FORMAT, arch, ref, suite, what, used }) })
  }
  return { suite, all }
}

/**
 * All of klab's own images, from the cache or made. The mirror's package versions are not part of their keys, so a new
 * package causes no build. Throws HostError (not on Debian, no mirror), CommandError, Interrupted.
 */
export async function ownImages(c: BuildContext, arch: string): Promise<readonly PackedImage[]> {
  const { suite, all } = await keyed(c, arch)
  const packed = (apt: () => Promise<Apt>): Promise<readonly PackedImage[]> =>
    pMap(
      all,
      ({ key, ref, what }) =>
        packInLayer(c, { key, refs: [ref] }, (work) =>
          timed(c, ref, async () => [await ownImage(c, { ref, what, apt: await apt() }, { arch, work })]),
        ),
      { concurrency: 1 },
    )
  const there = await Promise.all(all.map(({ key }) => c.layers.get(key)))
  if (there.every((dir) => dir !== undefined))
    return packed(() => Promise.reject(new TypeError('all images are in the cache')))
  await requireDebian(c.exec)
  return inWorkFolder(c, digestOf({ kind: 'own-images', all: all.map((i) => i.key) }), async (work) => {
    const { exec, signal, etcApt } = c
    const apt = await timed(c, 'package lists', () =>
      openApt({
        ...{ exec, arch, dir: join(work, 'apt'), suites: [suite], release: suite },
        ...(signal && { signal }),
        ...(etcApt !== undefined && { etc: etcApt }),
      }),
    )
    return packed(() => Promise.resolve(apt))
  })
}
