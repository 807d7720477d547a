/** Bundles from servers: `upstream` (the release server and its registry) and `aliyun` (the course's mirrors). */
import { join } from 'node:path'
import { HostError } from '../../errors.js'
import { imagesOfAddon, type AddonRelease } from '../../addons/addon.js'
import type { OnlineSource } from '../../labfile/model.js'
import { minorOf } from '../../versions/kubernetes.js'
import { readManifest, type BuiltBundle } from '../manifest.js'
import { digestOf } from '../../host/digest.js'
import { downloadWithSum, progressLines } from '../../cache/download.js'
import { fetchSmall } from '../../cache/http.js'
import type { Digest } from '../../host/digest.js'
import { binaryUrl, calicoUrl, crictlUrl, PINS, pluginsUrl, pullAddress } from './addresses.js'
import { addonsInKey } from '../addons-in-key.js'
import { assemble, type BundledCni } from '../assemble.js'
import { debianArch } from '../arch.js'
import { flannelManifest, NODE_BINARIES, PROBE_REF } from '../contents.js'
import type { Image } from '../archive/docker-archive.js'
import { inWorkFolder, timed, type BuildContext } from '../jobs.js'
import type { PodNetwork } from '../expected.js'
import { coreImages, imagesOf, loadableImages } from '../needs.js'
import { fetchPackages, filesIn, pluginsIn } from './packages.js'
import { takeFiles } from '../archive/take-files.js'
import { isPlugin } from '../dir/folder.js'
import { pullImage, stagePulled } from './skopeo.js'
import { english } from '../../words/say.js'

/** Raise this number if the way such a bundle is made changes. */
const FORMAT = 1
const MAX_MANIFEST = 8 * 2 ** 20

export interface OnlineSpec extends OnlineSource {
  readonly version: string
  /** Pod networks to include. A lab that leaves the choice to the trainee gets both. */
  readonly cni: readonly PodNetwork[]
  /** Add-ons whose images are in it. */
  readonly addons?: readonly AddonRelease[]
}

/** Host tools that such a build calls, each with its Debian package. */
export const ONLINE_TOOLS: readonly { readonly tool: string; readonly package: string }[] = [
  { tool: 'skopeo', package: 'skopeo' },
  { tool: 'dpkg-deb', package: 'dpkg' },
  { tool: 'tar', package: 'tar' },
  { tool: 'xorriso', package: 'xorriso' },
]

/**
 * The bundle's key. Mirrors are not part of it: they have the same files, and the person who gets the bundle may have
 * no mirrors.
 */
const onlineKey = (s: OnlineSpec, arch: string, flannel: string): Digest =>
  digestOf({
    format: FORMAT,
    kind: 'bundle',
    source: s.source,
    version: s.version,
    arch,
    cni: s.cni,
    pins: PINS,
    flannel,
    ...addonsInKey(s.addons),
  })

interface Programs {
  readonly binaries: ReadonlyMap<string, string>
  readonly plugins: ReadonlyMap<string, string>
  readonly provenance: Readonly<Record<string, string>>
}

/**
 * Downloads the bundle unless the cache has it. Throws StateError (names an address that does not exist), CorruptError
 * (a wrong sum), HostError, CommandError, Interrupted.
 */
export async function fetchBundle(s: OnlineSpec, c: BuildContext): Promise<BuiltBundle> {
  const arch = s.arch ?? debianArch()
  const flannel = await flannelManifest(c.assets, PINS.flannel)
  const { addons, ...plain } = s
  const key = onlineKey(s, arch, flannel)
  const cached = (await c.layers.get(key)) !== undefined
  const make = (out: string): Promise<void> => inWorkFolder(c, key, (work) => fill(s, c, { arch, out, work }))
  const dir = await c.layers.build(key, make, { ...(c.signal && { signal: c.signal }), onWait: c.report })
  const plainKey = addons && { plainKey: onlineKey(plain, arch, flannel) }
  return { dir, key, ...plainKey, manifest: await readManifest(dir), cached }
}

async function fill(
  s: OnlineSpec,
  c: BuildContext,
  { arch, out, work }: { readonly arch: string; readonly out: string; readonly work: string },
): Promise<void> {
  if ((await c.exec.which('skopeo')) === undefined)
    throw new HostError(english('pulling images needs skopeo'), {
      hint: 'sudo apt-get install --no-install-recommends skopeo',
    })
  const { binaries, plugins, provenance } = await timed(c, 'binaries', () =>
    s.source === 'upstream' ? fromRelease(s, c, arch, work) : fromPackages(s, c, arch, work),
  )
  const core = coreImages(s.version)
  const cni = await Promise.all(s.cni.map((n) => podNetwork(n, s, c)))
  const origin: Record<string, string> = {
    ...provenance,
    ...(Object.assign({}, ...cni.map((n) => n.provenance)) as Record<string, string>),
  }
  const names = [
    ...new Set([...core.images, ...cni.flatMap((n) => n.images), ...(s.addons ?? []).flatMap(imagesOfAddon)]),
  ]
  const wanted = [
    ...names.map((ref) => ({ ref, from: pullAddress(s, ref) })),
    { ref: PROBE_REF, from: pullAddress(s, PINS.probe) },
  ]
  const images: Image[] = []
  for (const [i, { ref, from }] of wanted.entries()) {
    await timed(c, `image ${i + 1} of ${wanted.length}: ${from}`, async () => {
      const folder = await pullImage(c, { from, arch, dir: join(c.downloadsDir, 'images') })
      images.push(await stagePulled(folder, ref, arch, work))
    })
    origin[ref] = from
  }
  const extra = { 'probe.tar': [PROBE_REF] }
  await assemble(
    c,
    {
      source: s.source,
      kubernetes: s.version,
      core,
      binaries,
      plugins,
      cni,
      addons: s.addons,
      images,
      provenance: origin,
      extra,
    },
    out,
    work,
  )
}

const place = (c: BuildContext, name: string) => ({
  dir: c.downloadsDir,
  exec: c.exec,
  clock: c.clock,
  onProgress: progressLines(c.report, name),
  ...(c.signal && { signal: c.signal }),
})

/** Each file, checked against the checksum beside it on the server. */
async function fromRelease(s: OnlineSpec, c: BuildContext, arch: string, work: string): Promise<Programs> {
  const provenance: Record<string, string> = {}
  const get = async (name: string, url: string): Promise<string> => {
    const { path, sum } = await downloadWithSum({ ...place(c, name), url })
    provenance[name] = `${url} sha${sum.length * 4}:${sum}`
    return path
  }
  const unpack = async (name: string, url: string, wanted: (file: string) => boolean): Promise<string> => {
    const dir = join(work, name)
    await takeFiles(await get(name, url), dir, wanted, c.signal)
    return dir
  }
  const isCrictl = (file: string): boolean => file === 'crictl'
  const binaries = new Map<string, string>()
  for (const name of NODE_BINARIES) binaries.set(name, await get(name, binaryUrl(s.mirrors, s.version, arch, name)))
  binaries.set(
    'crictl',
    join(await unpack('crictl', crictlUrl(s.mirrors, minorOf(s.version), arch), isCrictl), 'crictl'),
  )
  return {
    binaries,
    plugins: await pluginsIn(await unpack('cni-plugins', pluginsUrl(s.mirrors, arch), isPlugin), arch),
    provenance,
  }
}

async function fromPackages(s: OnlineSpec, c: BuildContext, arch: string, work: string): Promise<Programs> {
  const { tree, provenance } = await fetchPackages(c, { mirrors: s.mirrors, version: s.version, arch, work })
  const found = await filesIn(join(tree, 'usr/bin'))
  const binaries = new Map([...found].filter(([name]) => [...NODE_BINARIES, 'crictl'].includes(name)))
  return { binaries, plugins: await pluginsIn(join(tree, 'opt/cni/bin'), arch), provenance }
}

/**
 * A pod network's manifest and its images. flannel's is klab's own with the official image; Calico's is the published
 * one.
 */
async function podNetwork(
  n: PodNetwork,
  s: OnlineSpec,
  c: BuildContext,
): Promise<BundledCni & { readonly provenance: Record<string, string> }> {
  const { name } = n
  if (name === 'manifest') return { name, manifest: n.text, images: loadableImages(n.text, n.path), provenance: {} }
  if (name === 'flannel')
    return { name, manifest: await flannelManifest(c.assets, PINS.flannel), images: [PINS.flannel], provenance: {} }
  const url = calicoUrl(s.mirrors, `v${n.release}`)
  const manifest = (
    await fetchSmall({ url, clock: c.clock, ...(c.signal && { signal: c.signal }) }, MAX_MANIFEST)
  ).toString('utf8')
  return { name, manifest, images: imagesOf(manifest, url), provenance: { [`manifests/${name}.yaml`]: url } }
}
