/** The images of a bundle: which layers each has, from existing programs and packages. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostExec } from '../../host/types.js'
import { sha256File } from '../../host/digest.js'
import { writeArchive, type Image, type ImageLayer } from '../archive/docker-archive.js'
import { CONTROL_PLANE, flannelRef, imageRefs, nodeImageRefs, type DebianRecipe } from './recipe.js'
import { PROBE_REF } from '../contents.js'
import { addDebs, addEtc, addProgram, linkApplets, localBin } from '../source/rootfs.js'
import { packDir } from '../archive/tar.js'

/** Files that images are made from; all must exist. */
export interface ImageParts {
  /** Folder with the compile's binaries. */
  readonly kubernetes: string
  readonly coredns: string
  readonly flanneld: string
  readonly pause: string
  readonly etcd: string
  readonly etcdctl: string
  /** Packages of the small Debian root under kube-proxy, etcd, flannel and the probe; busybox among them. */
  readonly baseDebs: readonly string[]
}

export interface ImageBuildContext {
  readonly exec: HostExec
  /** Work folder on the file system of `imagesDir`. */
  readonly work: string
  readonly arch: string
  readonly signal?: AbortSignal
}

/** Packs one layer: `fill` writes its files into a fresh folder. */
async function makeLayer(
  c: ImageBuildContext,
  name: string,
  origin: string,
  fill: (dir: string) => Promise<void>,
): Promise<ImageLayer> {
  const dir = join(c.work, 'stage', name)
  const file = join(c.work, `${name}.layer.tar`)
  await mkdir(dir, { recursive: true })
  await fill(dir)
  await packDir(c.exec, dir, file, c.signal)
  await rm(dir, { recursive: true, force: true })
  return { file, digest: await sha256File(file), origin }
}

/**
 * Writes the bundle's four archives into `imagesDir` and removes the work folder's layer files. Throws CommandError,
 * Interrupted.
 */
export async function writeImages(
  r: DebianRecipe,
  parts: ImageParts,
  imagesDir: string,
  c: ImageBuildContext,
): Promise<void> {
  await mkdir(imagesDir, { recursive: true })
  const made: string[] = []
  const layer = async (name: string, origin: string, fill: (dir: string) => Promise<void>): Promise<ImageLayer> => {
    const l = await makeLayer(c, name, origin, fill)
    made.push(l.file)
    return l
  }
  const program = (name: string, source: string, path = localBin(name)): Promise<ImageLayer> =>
    layer(name, `klab: ${name} in /${path}`, async (dir) => {
      await addEtc(dir)
      await addProgram(dir, source, path)
    })
  const image = (ref: string, path: string, ...layers: ImageLayer[]): Image => ({
    ref,
    arch: c.arch,
    entrypoint: [`/${path}`],
    layers,
  })
  const named = (images: readonly Image[], refs: readonly string[]): readonly Image[] =>
    refs.map((ref) => images.find((i) => i.ref === ref) ?? fail(ref))

  const base = await layer(
    'base',
    `klab: Debian ${r.suites[0] ?? ''} with iptables, ipset, conntrack, kmod, busybox`,
    async (dir) => {
      await addDebs(c.exec, parts.baseDebs, dir, c.signal)
      await addEtc(dir)
      await linkApplets(dir)
    },
  )
  const proxy = await program('kube-proxy', join(parts.kubernetes, 'kube-proxy'))
  const etcd = await layer('etcd', 'klab: etcd and etcdctl in /usr/local/bin', async (dir) => {
    await addProgram(dir, parts.etcd, localBin('etcd'))
    await addProgram(dir, parts.etcdctl, localBin('etcdctl'))
  })
  const ref = (name: string): string => imageRefs(r).find((i) => i.includes(`/${name}:`)) ?? fail(name)
  const core = [
    image(ref('kube-proxy'), localBin('kube-proxy'), base, proxy),
    image(ref('etcd'), localBin('etcd'), base, etcd),
    image(ref('pause'), 'pause', await layer('pause', 'klab: pause', (dir) => addProgram(dir, parts.pause, 'pause'))),
    image(ref('coredns'), 'coredns', await program('coredns', parts.coredns, 'coredns')),
  ]
  for (const name of CONTROL_PLANE)
    core.push(image(ref(name), localBin(name), await program(name, join(parts.kubernetes, name))))

  const archive = (name: string, images: readonly Image[]): Promise<void> =>
    writeArchive(c.exec, images, { out: join(imagesDir, name), work: c.work, signal: c.signal })
  await archive(`k8s.${r.kubernetes}.tar`, named(core, imageRefs(r)))
  await archive(`k8s.${r.kubernetes}.node.tar`, named(core, nodeImageRefs(r)))
  const flannel = await program('flanneld', parts.flanneld, 'opt/bin/flanneld')
  await archive('cni.flannel.tar', [image(flannelRef(r), 'opt/bin/flanneld', base, flannel)])
  // Only the base: every node has it already, so the probe needs no room.
  await archive('probe.tar', [image(PROBE_REF, 'bin/sh', base)])
  for (const file of made) await rm(file)
}

function fail(ref: string): never {
  throw new TypeError(`no image ${ref} was made`)
}
