/** qcow2 overlays. */
import { chmod, rename, rm } from 'node:fs/promises'
import { exists } from '../host/files.js'
import type { Exec } from '../host/types.js'

/**
 * An overlay of `diskGiB` GiB (as large as `backing` unless told; sparse); complete or absent. An existing one is kept.
 * Throws CommandError.
 */
export async function createOverlay(exec: Exec, path: string, backing: string, diskGiB?: number): Promise<void> {
  if (await exists(path)) return
  const temp = `${path}.tmp`
  await rm(temp, { force: true })
  const size = diskGiB === undefined ? [] : [`${diskGiB}G`]
  try {
    await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, temp, ...size])
    await chmod(temp, 0o600)
    await rename(temp, path)
  } catch (error) {
    await rm(temp, { force: true })
    throw error
  }
}
