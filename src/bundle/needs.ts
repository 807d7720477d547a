/**
 * Which images a Kubernetes version and a pod network need: asked of kubeadm and read from the manifest, not guessed.
 */
import { fullRef, manifestImages } from '../cluster/images.js'
import { CommandError, CorruptError, HostError, UsageError } from '../errors.js'
import type { HostExec } from '../host/types.js'
import { debianArch } from './debian/build.js'
import { programArch } from './elf.js'
import { parseRef, shortName } from './archive/image-ref.js'
import { knownImages } from './expected.js'

/** What only workers get (course 2.7.4). */
const NODE_IMAGES: readonly string[] = ['kube-proxy', 'pause']
const MAX_MANIFEST = 8 * 2 ** 20

export interface CoreImages {
  readonly images: readonly string[]
  readonly nodeImages: readonly string[]
}

/**
 * What this kubeadm prints as the images of a version, or undefined where it does not run (another architecture).
 * Nothing is asked of the network.
 */
async function kubeadmSays(
  exec: HostExec,
  kubeadm: string,
  version: string,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  // Nothing but a program for this machine is run: a text file would go to a shell.
  if ((await programArch(kubeadm)) !== debianArch()) return undefined
  const argv = [kubeadm, 'config', 'images', 'list', '--kubernetes-version', `v${version}`]
  const out = await exec.run(argv, { timeoutMs: 30_000, ...(signal && { signal }) }).catch((error: unknown) => {
    if (error instanceof CommandError || error instanceof HostError) return undefined
    throw error
  })
  const names = (out?.stdout ?? '').split('\n').map((l) => l.trim())
  const images = names.filter((name) => parseRef(name) !== undefined && name.includes('/'))
  return images.length > 0 ? images : undefined
}

/**
 * The images of a version: kubeadm's own list where it runs here, else klab's table; where the two differ, kubeadm is
 * right and `report` hears of it. Throws UsageError when neither knows.
 */
export async function coreImages(
  exec: HostExec,
  version: string,
  {
    kubeadm,
    report,
    signal,
  }: {
    readonly kubeadm: string | undefined
    readonly report: (line: string) => void
    readonly signal?: AbortSignal | undefined
  },
): Promise<CoreImages> {
  const table = knownImages(version)
  const said = kubeadm === undefined ? undefined : await kubeadmSays(exec, kubeadm, version, signal)
  if (said && table) {
    const differ = said.filter((name) => !table.includes(name))
    if (differ.length > 0)
      report(`kubeadm ${version} asks for ${differ.join(', ')}, which klab did not expect; kubeadm is right`)
  }
  const images = said ?? table
  if (!images) {
    throw new UsageError(
      `Kubernetes ${version}: this machine cannot run its kubeadm, and klab does not know which images it needs`,
      {
        hint: 'choose a version that klab knows, or build the bundle on a machine of its architecture',
      },
    )
  }
  return { images, nodeImages: images.filter((name) => NODE_IMAGES.includes(shortName(name))) }
}

/**
 * The images that a manifest's containers name. Throws CorruptError when there are none: an error page instead of a
 * manifest, perhaps. `where`: for the message.
 */
export function imagesOf(text: string, where: string): readonly string[] {
  const images = text.length > MAX_MANIFEST ? [] : manifestImages(text)
  if (images.length === 0)
    throw new CorruptError(`${where}: is no manifest that names images`, { hint: 'get the manifest again' })
  return images
}

/** Those of `wanted` that are not among `there`, however each is written. */
export function lacking(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const have = new Set(there.map(fullRef))
  return wanted.filter((name) => !have.has(fullRef(name)))
}
