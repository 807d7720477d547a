/** ISO 9660 images by xorriso: cloud-init's NoCloud seeds, and folders that guests get as read-only disks. */
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeAtomic } from '../host/files.js'
import type { HostExec } from '../host/types.js'

/**
 * Packs a folder into an ISO (Rock Ridge and Joliet: long names), completely or not at all; mode 0600. Volume ids hold
 * up to 32 characters.
 */
export async function makeIso(exec: HostExec, iso: { path: string; dir: string; volumeId: string }): Promise<void> {
  const temp = `${iso.path}.tmp`
  await rm(temp, { force: true })
  try {
    await exec.run(
      ['xorriso', '-as', 'mkisofs', '-quiet', '-o', temp, '-V', iso.volumeId, '-J', '-joliet-long', '-r', iso.dir],
      {
        timeoutMs: 600_000,
      },
    )
    await chmod(temp, 0o600)
    await rename(temp, iso.path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
}

/**
 * A NoCloud seed: files by name (`user-data`, `meta-data`, …) with the volume id that cloud-init looks for. It contains
 * the host's private key, so it is 0600.
 */
export async function makeSeedIso(
  exec: HostExec,
  seed: { path: string; files: Readonly<Record<string, string>> },
): Promise<void> {
  const dir = await mkdtemp(join(dirname(seed.path), '.seed-'))
  try {
    for (const [name, content] of Object.entries(seed.files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true })
      await writeAtomic(join(dir, name), content)
    }
    await makeIso(exec, { path: seed.path, dir, volumeId: 'cidata' })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
