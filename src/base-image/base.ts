/**
 * The disk that a lab's machines start from: built, downloaded, or a file. It is in the cache, named by its content.
 */
import { dirname, join } from 'node:path'
import type { Clock, HostExec } from '../host/types.js'
import type { ImageSource } from '../labfile/model.js'
import { download, progressLines } from '../cache/download.js'
import type { Digest } from '../host/digest.js'
import type { Layers } from '../cache/types.js'
import { BUILT_BYTES, buildImage } from './build.js'
import { virtualBytes } from './disk-format.js'
import { checkedSum, importImage, importKey } from './import.js'
import { CMDLINE, readRecipe } from './recipe.js'

export interface BaseImage {
  readonly dir: string
  readonly key: Digest
  /** Whether it was in the cache already. */
  readonly cached: boolean
  /** qcow2 without a backing file, read-only. */
  readonly disk: string
  /** The size that a guest sees. */
  readonly virtualBytes: number
  /** The built image boots by direct kernel boot, others by their own boot loader. */
  readonly boot:
    | { readonly kind: 'direct'; readonly kernel: string; readonly initrd: string; readonly cmdline: string }
    | { readonly kind: 'disk' }
}

export interface BaseImageContext {
  readonly exec: HostExec
  readonly layers: Layers
  /** Builds take place in its sibling `work`. */
  readonly downloadsDir: string
  /** Folder of klab's own files, which holds cloud-init/. */
  readonly assets: string
  readonly report: (line: string) => void
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** /etc/apt unless told. */
  readonly etcApt?: string
  /** The image of a lab with several control planes: with haproxy and keepalived. Only the built one. */
  readonly balancer?: boolean
}

/** The image, from the cache or made. Throws HostError, StateError, CorruptError, CommandError, Interrupted. */
export async function ensureBaseImage(source: ImageSource, c: BaseImageContext): Promise<BaseImage> {
  const stop = c.signal ? { signal: c.signal } : {}
  const layer = (key: Digest, make: (dir: string) => Promise<void>) =>
    c.layers.build(key, make, { ...stop, onWait: c.report })
  if (source.kind === 'builtin') {
    const recipe = await readRecipe(c.assets, source.name, c.balancer)
    const build = { ...c, workDir: join(dirname(c.downloadsDir), 'work') }
    const cached = (await c.layers.get(recipe.key)) !== undefined
    const dir = await layer(recipe.key, (to) => buildImage(recipe, to, build))
    const boot = { kind: 'direct', kernel: join(dir, 'kernel'), initrd: join(dir, 'initrd'), cmdline: CMDLINE } as const
    const disk = join(dir, 'disk.qcow2')
    return { dir, key: recipe.key, cached, disk, virtualBytes: BUILT_BYTES, boot }
  }
  // A layer under a sum from the Labfile was checked when it was made: no need to read the file again.
  const known = source.sha256?.toLowerCase()
  const sum = known !== undefined && (await c.layers.get(importKey(known))) !== undefined ? known : undefined
  const file = sum === undefined ? await fetchFile(source, c) : undefined
  const key = importKey(sum ?? file?.sum ?? '')
  const cached = (await c.layers.get(key)) !== undefined
  const dir = await layer(key, (to) => importImage(c.exec, file?.path ?? '', to, c.signal))
  const disk = join(dir, 'disk.qcow2')
  return { dir, key, cached, disk, virtualBytes: await virtualBytes(disk), boot: { kind: 'disk' } }
}

/** The image as a file with its sum. */
async function fetchFile(
  source: Exclude<ImageSource, { kind: 'builtin' }>,
  c: BaseImageContext,
): Promise<{ path: string; sum: Digest }> {
  if (source.kind === 'path')
    return { path: source.path, sum: await checkedSum(source.path, source.sha256?.toLowerCase()) }
  const { url } = source
  const sum = source.sha256.toLowerCase()
  const path = await download({
    url,
    sum,
    dir: c.downloadsDir,
    exec: c.exec,
    clock: c.clock,
    onProgress: progressLines(c.report),
    ...(c.signal && { signal: c.signal }),
  })
  return { path, sum }
}
