/**
 * kubectl, the only program of a bundle that klab runs on this machine. It always runs from the cache, never from a
 * folder.
 */
import { chmod, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError } from '../errors.js'
import { sha256File } from '../host/digest.js'
import type { BuiltBundle, BundleManifest } from './manifest.js'
import { english } from '../words/say.js'

const KUBECTL = 'kubectl'

/** Path of a bundle's kubectl. */
export const kubectlOf = (b: Pick<BuiltBundle, 'dir' | 'hostBin'>): string =>
  join(b.hostBin ?? join(b.dir, 'bin'), KUBECTL)

/** Copies it from a folder to `out`, and compares the copy, not the file in the folder. Throws CorruptError. */
export async function keepKubectl(dir: string, manifest: BundleManifest, out: string): Promise<void> {
  const [from, to] = [join(dir, 'bin', KUBECTL), join(out, KUBECTL)]
  await copyFile(from, to)
  const said = manifest.files.find((f) => f.path === `bin/${KUBECTL}`)?.sha256
  if ((await sha256File(to)) !== said)
    throw new CorruptError(english('{path}: was changed while it was read', { path: from }), {
      hint: 'klab bundle verify',
    })
  await chmod(to, 0o755)
}
