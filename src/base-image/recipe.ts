/** What the built base image is made of. Its key is the hash of all of it. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { digestOf } from '../host/digest.js'
import type { Digest } from '../host/digest.js'
import { ownImage, type OwnImageName } from '../versions/own-images.js'

/**
 * Raise this number if the same files would give another image, so that an older one in the cache is not used for it.
 */
const FORMAT = 1

/** Label of the root file system. */
export const LABEL = 'rootfs'

/**
 * The kernel's command line. net.ifnames=0: only cloud-init names the cards (mgmt0, lab0), and nothing races with it.
 * ds=nocloud: the seed is a disk, so all of cloud-init may run before the network. no_timer_check: on an overloaded
 * host without KVM the kernel's 40 ms check of its timer fails and it panics at once ("IO-APIC + timer doesn't work";
 * seen on two of four machines); KVM guests skip the check anyway. panic=5: a panic is a reboot, not a hang.
 * norandmaps: QEMU 7.2 keeps translated code by virtual address, so with address randomisation every process is
 * translated again at each start. mitigations=off and audit=0 do no harm in a throw-away guest; rcu_expedited saves
 * seconds of waiting at boot.
 */
export const CMDLINE = [
  `root=LABEL=${LABEL}`,
  'rw',
  'console=ttyS0',
  'quiet',
  'net.ifnames=0',
  'ds=nocloud',
  'no_timer_check',
  'panic=5',
  'nowatchdog',
  'norandmaps',
  'mitigations=off',
  'audit=0',
  'rcupdate.rcu_expedited=1',
].join(' ')

/**
 * What the image of a lab with several control planes has besides (cluster/load-balancer.ts). Not in packages.txt: the
 * images of all other labs would have to be built again. Debian starts services when it installs them; these are for
 * control planes only, once they have their configuration.
 */
const BALANCER = {
  packages: ['haproxy', 'keepalived'],
  hook: 'systemctl --quiet disable haproxy.service keepalived.service',
}

export interface ImageRecipe {
  readonly key: Digest
  /** Debian's name of the release. */
  readonly suite: string
  readonly packages: readonly string[]
  /** Folder whose files come into the image's root. */
  readonly rootfs: string
  /** Scripts that run in the image's root, in this order. */
  readonly scripts: readonly string[]
  /** Runs in the image's root at the end. */
  readonly hook?: string
}

/** Names in a package list: one on each line, `#` begins a comment. */
export const parsePackages = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')

/** All files of a folder, by their paths from `start` on. */
async function filesOf(dir: string, start: string): Promise<readonly (readonly [path: string, text: string])[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name)).sort() // prettier-ignore
  return Promise.all(paths.map(async (path) => [relative(start, path), await readFile(path, 'utf8')] as const))
}

/**
 * The recipe in klab's own files: `assets`/cloud-init/image, and for some images a folder beside it with packages.txt
 * and prepare.sh. `balancer`: for a lab with several control planes.
 */
export async function readRecipe(assets: string, name: OwnImageName, balancer = false): Promise<ImageRecipe> {
  const { suite, folder } = ownImage(name)
  const shared = join(assets, 'cloud-init', 'image')
  const own = folder === undefined ? [] : [join(assets, 'cloud-init', folder)]
  const folders = [shared, ...own]
  // The shared folder's files have no folder in their paths, so debian-12 keeps the key of old caches.
  const names = [shared, join(assets, 'cloud-init')]
  const files = await Promise.all(folders.map((dir, i) => filesOf(dir, names[i] ?? dir)))
  const lists = await Promise.all(folders.map((dir) => readFile(join(dir, 'packages.txt'), 'utf8')))
  const content = { kind: 'base-image', format: FORMAT, release: suite, cmdline: CMDLINE, files: files.flat() }
  return {
    key: digestOf(balancer ? { ...content, balancer: BALANCER } : content),
    suite,
    packages: [...lists.flatMap(parsePackages), ...(balancer ? BALANCER.packages : [])],
    ...(balancer && { hook: BALANCER.hook }),
    rootfs: join(shared, 'rootfs'),
    scripts: [...own.map((dir) => join(dir, 'prepare.sh')), join(shared, 'customize.sh')],
  }
}
