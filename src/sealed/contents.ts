/** What goes into a sealed lab: the snapshot, its lab, and the image under it. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { exists } from '../host/files.js'
import { StateError } from '../errors.js'
import { domainName } from '../node/names.js'
import { checkFrozen, isRam, kubeconfigOf } from '../snapshot/manifest.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { sha256File } from '../host/digest.js'
import { cachePaths } from '../state/paths.js'
import { presentExtraImages } from '../state/extra-images.js'
import { identityOf, type SealedImage } from '../state/record.js'
import { VERSION } from '../version.js'
import { collapse, sharedChain } from './disks.js'
import { INITRD, ISO, KERNEL, KEY, KUBECONFIG, PUBLIC_KEY, extraName, layerName, nodeFile } from './names.js'
import { WARNING, type SealedFacts, type ImageFile } from './types.js'
import type { SourceFile } from './write.js'
import { english } from '../words/say.js'

export interface Contents {
  readonly facts: SealedFacts
  readonly sources: readonly SourceFile[]
  /** What the nodes start from here. */
  readonly image: SealedImage
}

const sized = async (name: string, path: string): Promise<SourceFile> => ({ name, path, size: (await stat(path)).size })

/**
 * The image of a lab's machines, as libvirt knows it, and the files under it from the bottom. Throws StateError without
 * machines.
 */
export async function imageOf(
  lab: LockedLab,
  disk: string,
): Promise<{ image: SealedImage; layers: readonly string[] }> {
  const { world, record, paths } = lab
  const layers = [...(await sharedChain(world.host, disk, cachePaths(world.roots).layers))].reverse()
  const top = layers.at(-1)
  const [first] = record.lab.nodes
  const described = record.image ? undefined : await world.hypervisor.describe(domainName(record.id, first?.name ?? ''))
  // A readonly disk that belongs to no node is the bundle's.
  const iso = record.image?.iso ?? described?.disks.find((d) => d.readonly && !d.path.startsWith(`${paths.dir}/`))?.path
  const boot = record.image?.boot ?? described?.boot ?? { kind: 'disk' as const }
  const extra = await presentExtraImages(paths, record)
  const image = {
    boot,
    ...(top !== undefined && { disk: top }),
    ...(iso !== undefined && { iso }),
    ...(extra.length > 0 && { extra }),
  }
  return { image, layers }
}

/**
 * Everything, with the disks of the nodes collapsed into `work`. Throws CorruptError when the snapshot's files were
 * changed, StateError.
 */
export async function contentsOf(lab: LockedLab, manifest: Manifest, work: string): Promise<Contents> {
  const { world, paths } = lab
  const { host, signal } = world
  await checkFrozen(manifest)
  const [some] = manifest.nodes
  if (!some) throw new StateError(english('snapshot {name} has no nodes', { name: manifest.name }))
  const { image, layers } = await imageOf(lab, some.disk.path)

  const shared: SourceFile[] = []
  for (const [i, path] of layers.entries()) shared.push(await sized(layerName(i), path))
  const { boot } = image
  if (boot.kind === 'direct') shared.push(await sized(KERNEL, boot.kernel), await sized(INITRD, boot.initrd))
  if (image.iso !== undefined) shared.push(await sized(ISO, image.iso))
  for (const [i, h] of (image.extra ?? []).entries()) shared.push(await sized(extraName(i), h.file))

  const nodes: SourceFile[] = []
  for (const n of manifest.nodes) {
    const files = paths.node(n.node)
    const disk = join(work, `${n.node}.qcow2`)
    await collapse(host, { disk: n.disk.path, base: image.disk, to: disk, signal })
    nodes.push(
      await sized(nodeFile(n.node, 'hostkey'), files.hostKey),
      await sized(nodeFile(n.node, 'hostkey.pub'), `${files.hostKey}.pub`),
      await sized(nodeFile(n.node, 'seed.iso'), files.seed),
      await sized(nodeFile(n.node, 'disk.qcow2'), disk),
    )
    if (n.memory) nodes.push(await sized(nodeFile(n.node, 'memory'), n.memory.path))
  }
  const kubeconfig = kubeconfigOf(paths, manifest.id)
  const own = [
    await sized(KEY, paths.key),
    await sized(PUBLIC_KEY, `${paths.key}.pub`),
    ...((await exists(kubeconfig)) ? [await sized(KUBECONFIG, kubeconfig)] : []),
  ]
  const sources = [...own, ...shared, ...nodes]

  const facts: SealedFacts = {
    ...(await factsOf(lab, manifest)),
    image: {
      boot: boot.kind === 'direct' ? { kind: 'direct', cmdline: boot.cmdline } : boot,
      files: await Promise.all(shared.map((s) => imageFile(s, cachePaths(world.roots).layers))),
    },
    files: sources.map(({ name, size }) => ({ name, size })),
  }
  return { facts, sources, image }
}

/** What a sealed lab says about its snapshot; nothing about its files. */
export async function factsOf(lab: LockedLab, manifest: Manifest): Promise<Omit<SealedFacts, 'image' | 'files'>> {
  const { world, record, paths } = lab
  const able = await world.hypervisor.abilities(manifest.accel)
  const memory = isRam(manifest) ? manifest.nodes[0]?.memory : undefined
  return {
    format: 1,
    warning: WARNING,
    klab: VERSION,
    id: randomBytes(16).toString('hex'),
    createdAt: new Date(world.clock.now()).toISOString(),
    lab: {
      id: identityOf(record),
      labfile: await readFile(record.labfile, 'utf8'),
      model: record.lab,
      publicKey: (await readFile(`${paths.key}.pub`, 'utf8')).trim(),
    },
    snapshot: {
      name: manifest.name,
      message: manifest.message,
      createdAt: manifest.createdAt,
      ready: manifest.ready,
      ...(manifest.completedUntil === undefined ? {} : { completedUntil: manifest.completedUntil }),
    },
    host: {
      accel: manifest.accel,
      qemu: able.qemu,
      libvirt: able.libvirt,
      ...(memory && { ram: await world.hypervisor.needs(memory.path) }),
    },
  }
}

async function imageFile({ name, size, path }: SourceFile, layers: string): Promise<ImageFile> {
  const at = relative(layers, path)
  const inside = dirname(at) !== '.' && !at.startsWith('..')
  return { name, size, sha256: await sha256File(path), ...(inside ? { at } : {}) }
}

/** A folder for temporary files. If a kill leaves some, the next snapshot verb removes them. */
export async function workFolder(lab: LockedLab): Promise<string> {
  const dir = join(lab.paths.snapshots, `.seal-${randomBytes(4).toString('hex')}`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return dir
}
