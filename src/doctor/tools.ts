/** The programs that a lab calls, and the packages that contain them. */
import { hostSources, imageSources } from '../base-image/sources.js'
import { ONLINE_TOOLS } from '../bundle/online/online.js'
import { SOURCE_TOOLS } from '../bundle/source/tools.js'
import { HostError } from '../errors.js'
import { installCommand, type Distro } from '../host/distro.js'
import type { BundleSource, Lab } from '../labfile/model.js'
import { ownImage } from '../versions/own-images.js'
import type { World } from '../world.js'
import type { Check, Tool } from './check.js'
import { NETWORK_TOOLS, OTHER_NETWORK } from './network.js'
import { english } from '../words/say.js'

/** Tools that every lab needs. */
const TOOLS: readonly Tool[] = [
  ['virsh', 'libvirt-clients'],
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['xorriso', 'xorriso'],
  ['ssh', 'openssh-client'],
  ['flock', 'util-linux'],
]
/** On other hosts: parts that are built from Debian’s packages, with apt. */
const OTHER_IMAGE = english(
  'only Debian and Ubuntu can build this; use a ready one: image: {url: …, sha256: …} or {path: …} in the Labfile',
)
const OTHER_BUNDLE = english(
  'only Debian and Ubuntu can build this; use a ready one: kubernetes.bundle: upstream or {dir: PATH} in the Labfile',
)

/** Tools that are only needed to build klab's own base image. */
const IMAGE_TOOLS: readonly Tool[] = [
  ['mmdebstrap', 'mmdebstrap', OTHER_IMAGE],
  ['mke2fs', 'e2fsprogs'],
  ['fakeroot', 'fakeroot', OTHER_IMAGE],
]

async function toolChecks(world: World, tools: readonly Tool[], distro: Distro): Promise<readonly Check[]> {
  return Promise.all(
    tools.map(async ([tool, pkg, elsewhere]): Promise<Check> => {
      const at = await world.host.which(tool)
      if (at !== undefined) return { name: tool, state: 'ok', found: at }
      const fix = (distro.family === 'debian' ? undefined : elsewhere) ?? installCommand(distro, [pkg])
      return { name: tool, state: 'missing', found: english('not on PATH'), fix }
    }),
  )
}

/** Only sealed labs need it. */
const zstdCheck = async (world: World, distro: Distro): Promise<readonly Check[]> =>
  (await toolChecks(world, [['zstd', 'zstd']], distro)).map((c) =>
    c.state === 'missing'
      ? { ...c, state: 'warn', found: english('not on PATH: no `snapshot export`, no `import`') }
      : c,
  )

/**
 * Whether this QEMU can connect to the lab’s switch. Debian’s is built with vde; Ubuntu’s and Fedora’s are not
 * (docs/hosts.md).
 */
async function vdeCheck(world: World, lab: Lab, distro: Distro): Promise<readonly Check[]> {
  const name = 'qemu vde'
  const qemu = 'qemu-system-x86_64'
  if (lab.network.mode !== 'user' || (await world.host.which(qemu)) === undefined) return []
  const { stdout, stderr, exitCode } = await world.host.run([qemu, '-netdev', 'help'], {
    timeoutMs: 30_000,
    allowFailure: true,
  })
  const kinds = `${stdout}\n${stderr}`.split(/\s+/)
  if (exitCode !== 0)
    return [
      {
        name,
        state: 'missing',
        found: english('{program} does not start: {stderr}', { program: qemu, stderr: stderr.trim() }),
      },
    ]
  return ['user', 'vde'].every((kind) => kinds.includes(kind))
    ? [{ name, state: 'ok', found: english('this QEMU supports the networks user and vde') }]
    : [
        {
          name,
          state: 'missing',
          found: english('QEMU of {distro} is built without {kind} networks', {
            distro: distro.name,
            kind: kinds.includes('vde') ? 'user' : 'vde',
          }),
          fix: OTHER_NETWORK,
        },
      ]
}

/**
 * klab's own image is made from the packages of Debian's release `suite`. apt's own files say from which mirror. `etc`
 * is for tests.
 */
export async function mirrorCheck(suite: string, etc?: string): Promise<Check> {
  const name = 'debian mirror'
  try {
    imageSources(await hostSources(etc), suite)
    return { name, state: 'ok', found: english('named in /etc/apt') }
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return {
      name,
      state: 'warn',
      found: english('klab’s own image cannot be made: {why}', { why: error.message }),
      fix: OTHER_IMAGE,
    }
  }
}

/** Tools that making a bundle of this source calls. */
const bundleTools = (source: BundleSource['source'] | undefined): readonly Tool[] => {
  const list = (tools: typeof SOURCE_TOOLS, elsewhere?: string): readonly Tool[] =>
    tools.map((t) => (elsewhere === undefined ? [t.tool, t.package] : [t.tool, t.package, elsewhere]))
  if (source === 'source') return list(SOURCE_TOOLS, OTHER_BUNDLE)
  return source === 'upstream' || source === 'aliyun' ? list(ONLINE_TOOLS) : []
}

/** What of a lab is in the cache. */
export interface CachedParts {
  readonly image: boolean
  readonly bundle: boolean
}

/** All tools that this lab calls. If something is in the cache, the tools to make it are not needed. */
export async function labToolChecks(
  world: World,
  lab: Lab,
  cached: CachedParts,
  distro: Distro,
): Promise<readonly Check[]> {
  const own = cached.image || lab.image.kind !== 'builtin' ? undefined : ownImage(lab.image.name)
  const bundle = cached.bundle ? [] : bundleTools(lab.kubernetes?.bundle.source)
  const known = new Set<string>()
  const tools = [...TOOLS, ...NETWORK_TOOLS[lab.network.mode], ...(own ? IMAGE_TOOLS : []), ...bundle].filter(
    ([tool]) => !known.has(tool) && known.add(tool),
  )
  return (
    await Promise.all([
      toolChecks(world, tools, distro),
      zstdCheck(world, distro),
      vdeCheck(world, lab, distro),
      own && distro.id !== 'debian' ? mirrorCheck(own.suite).then((c) => [c]) : [],
    ])
  ).flat()
}
