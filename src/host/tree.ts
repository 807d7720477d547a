/** Whole folders: their size on disk, and removing them whoever owns the files inside. */
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError } from '../errors.js'
import type { HostExec } from './types.js'
import { english } from '../words/say.js'

/**
 * Bytes that a file or folder takes on disk (holes in sparse files do not count). Files that vanish while it counts are
 * left out.
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
 * Removes a folder; succeeds if it does not exist. Files of a killed rootless mmdebstrap belong to the user's
 * subordinate ids. Only a user namespace may remove them. Throws HostError if even that fails.
 */
export async function removeTree(exec: HostExec, path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    const out = await exec.run(['unshare', '--user', '--map-auto', '--map-root-user', 'rm', '-rf', '--', path], {
      allowFailure: true,
    })
    if (out.exitCode !== 0)
      throw new HostError(english('{path}: cannot be removed', { path }), { hint: `sudo rm -rf ${path}`, cause: error })
  }
}
