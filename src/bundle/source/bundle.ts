/** A bundle from source: Go modules and Debian packages, by a recipe that is data. Made once and kept in the cache. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { imagesOfAddon, type AddonRelease } from '../../addons/addon.js'
import { StateError } from '../../errors.js'
import { readManifest, type BuiltBundle } from '../manifest.js'
import { digestOf } from '../../host/digest.js'
import { removeTree } from '../../host/tree.js'
import type { Digest } from '../../host/digest.js'
import { assemble, type BundledCni } from '../assemble.js'
import { debianArch } from '../arch.js'
import { flannelManifest, NODE_BINARIES, PROBE_REF } from '../contents.js'
import { folderDigest } from './go.js'
import { inWorkFolder, timed, type BuildContext } from '../jobs.js'
import type { PodNetwork } from '../expected.js'
import { coreImages, imagesOf } from '../needs.js'
import { componentKey, readComponent, type Component } from './component.js'
import { gather, type Gathered, type BuildPlan } from './gather.js'
import { sourceRecipe } from './lines.js'
import { imageContents, packImages } from './pack.js'
import { english } from '../../words/say.js'

/** Raise this number if the way such a bundle is put together changes. */
const FORMAT = 2

export interface SourceSpec {
  readonly version: string
  /** Pod networks in it. The user's own manifest needs images that no recipe has. */
  readonly cni: readonly PodNetwork[]
  /** Add-ons whose images are in it. All can be built. */
  readonly addons?: readonly AddonRelease[]
}

/** Roles of the components that every bundle needs. */
const CORE = ['kubernetes', 'etcd', 'coredns', 'crictl', 'plugins', 'containerd', 'runc'] as const

/**
 * The recipe with the components that these networks need. Throws UsageError (no recipe), CorruptError (a damaged one),
 * StateError (a network that it does not have).
 */
export async function planSource(assets: string, s: SourceSpec): Promise<BuildPlan> {
  const recipe = await sourceRecipe(assets, s.version)
  const networks = s.cni.flatMap((n) => (n.name === 'manifest' ? [] : [n.name]))
  const components = new Map<string, Component>()
  for (const role of [...CORE, ...networks]) {
    const name = recipe.components[role]
    if (name !== undefined) components.set(role, await readComponent(assets, name))
    else if (networks.some((n) => n === role)) throw noNetwork(role, s.version)
  }
  for (const a of s.addons ?? [])
    for (const [role, name] of Object.entries(a.components)) components.set(role, await readComponent(assets, name))
  const calico = s.cni.find((n) => n.name === 'calico')
  const has = components.get('calico')?.version
  if (calico?.name === 'calico' && has !== `v${calico.release}`)
    throw new StateError(
      english('bundle source has Calico {has} for Kubernetes {version}, not {wanted}', {
        has: has?.slice(1) ?? '',
        version: s.version,
        wanted: calico.release,
      }),
      {
        hint: english('set kubernetes.cni to { name: calico, version: {has}, encapsulation: vxlan }', {
          has: has?.slice(1) ?? '',
        }),
      },
    )
  return { recipe, components }
}

const noNetwork = (name: string, version: string): StateError =>
  new StateError(english('bundle source has no {name} for Kubernetes {version}', { name, version }), {
    hint: english('choose another kubernetes.cni, or another kubernetes.bundle'),
  })

/**
 * The bundle's key: recipe, components and klab's own files. The mirror's package versions are not part of it, so a new
 * package never causes a rebuild.
 */
export async function sourceKey(assets: string, plan: BuildPlan, s: SourceSpec, arch: string): Promise<Digest> {
  return digestOf({
    format: FORMAT,
    kind: 'bundle',
    source: 'source',
    arch,
    spec: s,
    root: plan.recipe.root,
    components: [...plan.components].map(([role, k]) => [role, componentKey(k, arch)]),
    images: await imageContents(assets),
    calico: await readFile(join(assets, 'cloud-init', 'bundle', 'calico-start.sh'), 'utf8'),
    pause: await folderDigest(join(assets, 'cloud-init', 'bundle', 'pause')),
    flannel: await flannelManifest(assets, ''),
  })
}

/** The bundle of a version, from the cache or made. Throws what planSource and gather throw. */
export async function sourceBundle(s: SourceSpec, c: BuildContext): Promise<BuiltBundle> {
  const arch = debianArch()
  const plan = await planSource(c.assets, s)
  const key = await sourceKey(c.assets, plan, s, arch)
  const { addons, ...plain } = s
  const plainKey = addons && { plainKey: await sourceKey(c.assets, await planSource(c.assets, plain), plain, arch) }
  const cached = (await c.layers.get(key)) !== undefined
  const make = async (out: string): Promise<void> => {
    const logs = join(c.workDir, 'logs', `bundle-${key.slice(0, 12)}`)
    await rm(logs, { recursive: true, force: true })
    const cache = join(c.workDir, 'go', key.slice(0, 12))
    await inWorkFolder(c, key, async (work) =>
      fill(s, c, { plan, gathered: await gather(c, plan, arch, { work, logs, cache }), out, work }),
    )
    await removeTree(c.exec, cache)
  }
  const dir = await c.layers.build(key, make, { ...(c.signal && { signal: c.signal }), onWait: c.report })
  return { dir, key, ...plainKey, manifest: await readManifest(dir), cached }
}

/** Name → file of all programs of these roles. */
async function programsIn(g: Gathered, roles: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const dir of roles.flatMap((role) => g.folders.get(role) ?? []))
    for (const name of await readdir(dir)) if (name !== 'origin') found.set(name, join(dir, name))
  return found
}

async function fill(
  s: SourceSpec,
  c: BuildContext,
  {
    plan,
    gathered: g,
    out,
    work,
  }: { readonly plan: BuildPlan; readonly gathered: Gathered; readonly out: string; readonly work: string },
): Promise<void> {
  const at = (role: string, name: string): string => join(g.folders.get(role) ?? '', name)
  const core = coreImages(s.version)
  const cni: BundledCni[] = []
  for (const n of s.cni) {
    if (n.name === 'flannel') {
      const image = `klab.local/flannel:${plan.components.get('flannel')?.version ?? ''}`
      cni.push({ name: n.name, manifest: await flannelManifest(c.assets, image), images: [image] })
    } else if (n.name === 'calico') {
      const file = at('calico', 'calico.yaml')
      const manifest = await readFile(file, 'utf8')
      cni.push({ name: n.name, manifest, images: imagesOf(manifest, file) })
    }
  }
  const wanted = [
    ...core.images,
    ...cni.flatMap((n) => n.images),
    ...(s.addons ?? []).flatMap(imagesOfAddon),
    PROBE_REF,
  ]
  const contents = Object.assign({}, ...(s.addons ?? []).map((a) => a.contents)) as Record<string, unknown>
  const packing = { arch: debianArch(), work, debian: plan.recipe.root.suite, contents }
  const images = await timed(c, 'images', () => packImages(c, wanted, g, packing))
  const binaries = new Map<string, string>(NODE_BINARIES.map((name) => [name, at('kubernetes', name)]))
  binaries.set('crictl', at('crictl', 'crictl'))
  const controlPlane = new Map<string, string>()
  if (plan.components.has('calico') && s.cni.some((n) => n.name === 'calico'))
    controlPlane.set('calicoctl', at('calico', 'calicoctl'))
  const plugins = await programsIn(g, ['plugins'])
  const extra = { 'probe.tar': [PROBE_REF] }
  const runtime = await programsIn(g, ['containerd', 'runc'])
  await assemble(
    c,
    {
      source: 'source',
      kubernetes: s.version,
      core,
      binaries,
      controlPlane,
      plugins,
      runtime,
      cni,
      addons: s.addons,
      images,
      provenance: g.provenance,
      extra,
    },
    out,
    work,
  )
}
