/** Folders as a whole: what they take on disk, and removing them whoever owns what is inside. */
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError } from '../errors.js'
import type { HostExec } from './types.js'

/**
 * Bytes that a file or folder takes on disk (holes in sparse files do not count). What vanishes meanwhile counts as
 * nothing.
 */
export async function diskUsage(path: string): Promise<number> {
  const s = await lstat(path).catch(() => undefined)
  if (s === undefined) return 0
  // st_blocks is in units of 512 bytes whatever the file system's block size (stat(2)).
  let bytes = s.blocks * 512
  if (!s.isDirectory()) return bytes
  for (const name of await readdir(path).catch(() => [])) bytes += await diskUsage(join(path, name))
  return bytes
}

/**
 * Removes a folder; succeeds when it is not there. Files of a killed rootless mmdebstrap belong to the user's
 * subordinate ids, which only a user namespace may remove. Throws HostError when even that fails.
 */
export async function removeTree(exec: HostExec, path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    const out = await exec.run(['unshare', '--user', '--map-auto', '--map-root-user', 'rm', '-rf', '--', path], {
      allowFailure: true,
    })
    if (out.exitCode !== 0)
      throw new HostError(`${path}: cannot be removed`, { hint: `sudo rm -rf ${path}`, cause: error })
  }
}
