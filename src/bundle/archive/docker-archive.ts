/**
 * Images in the form of `docker save`: one tar with layers, configurations and manifest.json. `docker load` and `ctr
 * images import` read it.
 */
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostExec } from '../../host/types.js'
import { sha256Of, type Digest } from '../../host/digest.js'
import { FILE_TIME, packDir } from './tar.js'

/** An uncompressed layer: a tar file and its sha256, which is the layer's diff id. */
export interface ImageLayer {
  readonly file: string
  readonly digest: Digest
  /** What `docker history` shows of it. */
  readonly origin: string
}

export interface Image {
  /** Full reference, such as `k8s.gcr.io/pause:3.2`. */
  readonly ref: string
  readonly arch: string
  /** For an image that klab makes. */
  readonly entrypoint?: readonly string[]
  /** The same, for what a pod's own `args` or `command` takes the place of. */
  readonly command?: readonly string[]
  /** For an imported image: its configuration unchanged, so that its id stays the same. */
  readonly config?: string
  readonly layers: readonly ImageLayer[]
}

/** What manifest.json says about one image. */
export interface ArchiveEntry {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}

/** PATH inside our images: they hold a Debian tree or a lone binary in /usr/local/bin. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The image's configuration as JSON text (OCI image spec, config.md; Docker's own is the same); its sha256 is the
 * image's id.
 */
export function imageConfig(image: Image): string {
  if (image.config !== undefined) return image.config
  const created = new Date(FILE_TIME * 1000).toISOString()
  return JSON.stringify({
    architecture: image.arch,
    os: 'linux',
    created,
    config: {
      Env: [PATH],
      Entrypoint: image.entrypoint ?? [],
      ...(image.command && { Cmd: image.command }),
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: image.layers.map((l) => `sha256:${l.digest}`) },
    history: image.layers.map((l) => ({ created, created_by: l.origin })),
  })
}

const layerPath = (layer: ImageLayer): string => `${layer.digest}/layer.tar`

/** The small files of an archive, by name: one configuration for each image, and manifest.json. */
export function archiveFiles(images: readonly Image[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const entries: ArchiveEntry[] = []
  for (const image of images) {
    const config = imageConfig(image)
    const name = `${sha256Of(config)}.json`
    files.set(name, config)
    entries.push({ Config: name, RepoTags: [image.ref], Layers: image.layers.map(layerPath) })
  }
  return files.set('manifest.json', JSON.stringify(entries))
}

/**
 * Writes the images into one docker-archive. A layer that several of them use is stored once. `work`: a folder on the
 * layers' file system (they are linked, not copied).
 */
export async function writeArchive(
  exec: HostExec,
  images: readonly Image[],
  { out, work, signal }: { readonly out: string; readonly work: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const stage = await mkdtemp(join(work, 'archive-'))
  try {
    for (const layer of new Map(images.flatMap((i) => i.layers).map((l) => [l.digest, l])).values()) {
      await mkdir(join(stage, layer.digest))
      await link(layer.file, join(stage, layerPath(layer)))
    }
    for (const [name, content] of archiveFiles(images)) await writeFile(join(stage, name), content)
    await packDir(exec, stage, out, signal)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
