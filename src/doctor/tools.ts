/** The programs that a lab calls, and the Debian packages that have them. */
import { ONLINE_TOOLS } from '../bundle/online/online.js'
import { BUNDLE_TOOLS } from '../bundle/debian/parts.js'
import { SOURCE_TOOLS } from '../bundle/source/tools.js'
import type { BundleSource, Lab } from '../labfile/model.js'
import type { World } from '../world.js'
import type { Check } from './check.js'
import { NETWORK_TOOLS } from './network.js'

/** Tools that every lab needs: tool → Debian package. */
const TOOLS: readonly (readonly [string, string])[] = [
  ['virsh', 'libvirt-clients'],
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['xorriso', 'xorriso'],
  ['ssh', 'openssh-client'],
  ['flock', 'util-linux'],
]
/** And those that only build the base image of klab's own. */
const IMAGE_TOOLS: readonly (readonly [string, string])[] = [
  ['mmdebstrap', 'mmdebstrap'],
  ['mke2fs', 'e2fsprogs'],
  ['fakeroot', 'fakeroot'],
]

/** The command that installs these. */
export const install = (packages: readonly string[]): string =>
  `sudo apt-get install -y --no-install-recommends ${[...new Set(packages)].join(' ')}`

async function toolChecks(world: World, tools: readonly (readonly [string, string])[]): Promise<readonly Check[]> {
  return Promise.all(
    tools.map(async ([tool, pkg]): Promise<Check> => {
      const at = await world.host.which(tool)
      return at === undefined
        ? { name: tool, state: 'missing', found: 'not on PATH', fix: install([pkg]) }
        : { name: tool, state: 'ok', found: at }
    }),
  )
}

/** Sealed labs alone need it. */
const zstdCheck = async (world: World): Promise<readonly Check[]> =>
  (await toolChecks(world, [['zstd', 'zstd']])).map((c) =>
    c.state === 'missing' ? { ...c, state: 'warn', found: 'not on PATH: no `snapshot export`, no `import`' } : c,
  )

/** What making a bundle of this source calls. */
const bundleTools = (source: BundleSource['source'] | undefined): typeof BUNDLE_TOOLS =>
  source === 'debian'
    ? BUNDLE_TOOLS
    : source === 'source'
      ? SOURCE_TOOLS
      : source === 'upstream' || source === 'aliyun'
        ? ONLINE_TOOLS
        : []

/** What of a lab is in the cache. */
export interface Cached {
  readonly image: boolean
  readonly bundle: boolean
}

/** All that this lab calls; what makes something that is in the cache is not needed. */
export async function labToolChecks(world: World, lab: Lab, cached: Cached): Promise<readonly Check[]> {
  const build = cached.image || lab.image.kind !== 'builtin' ? [] : IMAGE_TOOLS
  const bundle = cached.bundle
    ? []
    : bundleTools(lab.kubernetes?.bundle.source).map((t) => [t.tool, t.package] as const)
  const known = new Set<string>()
  const tools = [...TOOLS, ...NETWORK_TOOLS[lab.network.mode], ...build, ...bundle].filter(
    ([tool]) => !known.has(tool) && known.add(tool),
  )
  return (await Promise.all([toolChecks(world, tools), zstdCheck(world)])).flat()
}
