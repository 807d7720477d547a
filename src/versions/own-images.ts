/** klab's own images: what differs between the Debian releases that they are built from. */
import type { CgroupVersion } from './kubernetes.js'

/** One image that klab builds. */
export interface OwnImage {
  /** Debian's name of the release, as its mirrors have it. */
  readonly suite: string
  /** The release's number (VERSION_ID in /etc/os-release). */
  readonly major: string
  /** Version of its package containerd, upstream's part (packages.debian.org). */
  readonly containerd: string
  /**
   * What it can boot with. Debian 13's kernel has no memory and cpuset controllers for v1 (CONFIG_MEMCG_V1,
   * CONFIG_CPUSETS_V1), and its systemd boots with v1 only if it is forced to (systemd's NEWS, 256).
   */
  readonly cgroups: readonly CgroupVersion[]
  /** Folder in cloud-init/ with what this image has beside cloud-init/image. */
  readonly folder?: string
}

const IMAGES = {
  'debian-12': { suite: 'bookworm', major: '12', containerd: '1.6.20', cgroups: ['v1', 'v2'] },
  'debian-13': { suite: 'trixie', major: '13', containerd: '1.7.24', cgroups: ['v2'], folder: 'image-debian-13' },
} as const satisfies Readonly<Record<string, OwnImage>>

export type OwnImageName = keyof typeof IMAGES

/** Oldest first. */
export const OWN_IMAGES = Object.keys(IMAGES) as readonly OwnImageName[]

/** The traits of one of klab's own images. */
export const ownImage = (name: OwnImageName): OwnImage => IMAGES[name]
