/** The one program of a bundle that klab runs on this machine, kubectl: always from the cache, never from a folder. */
import { chmod, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import { sha256File } from '../host/digest.js'
import type { BuiltBundle, BundleManifest } from './manifest.js'

const KUBECTL = 'kubectl'

/** Path of a bundle's kubectl. */
export const kubectlOf = (b: Pick<BuiltBundle, 'dir' | 'hostBin'>): string =>
  join(b.hostBin ?? join(b.dir, 'bin'), KUBECTL)

/** Copies it out of a folder into `out`; the copy is compared, not the folder's. Throws CorruptError. */
export async function keepKubectl(dir: string, manifest: BundleManifest, out: string): Promise<void> {
  const [from, to] = [join(dir, 'bin', KUBECTL), join(out, KUBECTL)]
  await copyFile(from, to)
  const said = manifest.files.find((f) => f.path === `bin/${KUBECTL}`)?.sha256
  if ((await sha256File(to)) !== said)
    throw new CorruptError(`${from}: was changed while it was read`, { hint: 'klab bundle verify' })
  await chmod(to, 0o755)
}
