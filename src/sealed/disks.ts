/**
 * The disks of a sealed lab: which files of a chain all nodes share, one file for the rest, and how chains are put
 * together again.
 */
import { chmod, constants, copyFile, link, mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CorruptError } from '../errors.js'
import { LONG_MS } from '../host/limits.js'
import type { Exec } from '../host/types.js'
import { backingOf } from '../base-image/disk-format.js'
import { chainOf, freshOverlay } from '../snapshot/disks.js'
import { english } from '../words/say.js'

/**
 * `file` without the shared files at the end of its chain, from the top. Shared files are those in `layers` (a folder
 * of the cache).
 */
export async function sharedChain(exec: Exec, file: string, layers: string): Promise<readonly string[]> {
  const chain = await chainOf(exec, file)
  const first = chain.findIndex((f) => f.startsWith(`${layers}/`))
  return first < 0 ? [] : chain.slice(first)
}

/** The name of a node disk's backing file inside a sealed lab. */
export const IMAGE_IN_SEAL = 'image.qcow2'

/**
 * One file with all that `disk` has above `base` (undefined: with everything). Its backing file is named IMAGE_IN_SEAL,
 * so nothing can use it unchanged.
 */
export async function collapse(
  exec: Exec,
  {
    disk,
    base,
    to,
    signal,
  }: { readonly disk: string; readonly base: string | undefined; readonly to: string; readonly signal: AbortSignal },
): Promise<void> {
  await freshOverlay(exec, to, disk)
  // Only what the chain has above `base`; with -u nothing would be copied.
  await exec.run(
    ['qemu-img', 'rebase', '-q', '-f', 'qcow2', ...(base === undefined ? ['-b', ''] : ['-F', 'qcow2', '-b', base]), to],
    { signal, timeoutMs: LONG_MS },
  )
  if (base !== undefined) await nameBacking(exec, to, IMAGE_IN_SEAL)
}

/** Changes only the name in the header (rebase -u opens no backing file). */
const nameBacking = (exec: Exec, file: string, backing: string): Promise<unknown> =>
  exec.run(['qemu-img', 'rebase', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, file])

const refuse = (path: string, backing: string | undefined): CorruptError =>
  new CorruptError(
    backing === undefined
      ? english('{name} has no backing file, but needs one', { name: basename(path) })
      : english('{name} has the backing file {backing}, which it must not have', {
          name: basename(path),
          backing: JSON.stringify(backing),
        }),
    {
      hint: english('ask the person who made the file'),
    },
  )

/** The same disk on `base` itself, ready to use. */
export async function collapseOnto(
  exec: Exec,
  {
    disk,
    base,
    to,
    signal,
  }: { readonly disk: string; readonly base: string | undefined; readonly to: string; readonly signal: AbortSignal },
): Promise<void> {
  const chain = await chainOf(exec, disk)
  if (chain[1] === base) return linkFile(disk, to)
  await collapse(exec, { disk, base, to, signal })
  if (base !== undefined) await nameBacking(exec, to, base)
}

/** Puts an imported node disk on `base`. If the disk names any other file, throws CorruptError before QEMU sees it. */
export async function rejoin(exec: Exec, disk: string, base: string | undefined): Promise<void> {
  const backing = await backingOf(disk)
  if (backing !== (base === undefined ? undefined : IMAGE_IN_SEAL)) throw refuse(disk, backing)
  if (base !== undefined) await nameBacking(exec, disk, base)
}

/**
 * Puts the files of an image on each other, from the bottom, where they are now. `at`: where they will be. Throws
 * CorruptError.
 */
export async function rejoinImage(exec: Exec, files: readonly string[], at: string): Promise<void> {
  for (const [i, file] of files.entries()) {
    const backing = await backingOf(file)
    if ((backing === undefined) !== (i === 0) || backing?.includes(':')) throw refuse(file, backing)
    if (i > 0) await nameBacking(exec, file, join(at, basename(files[i - 1] ?? '')))
    await chmod(file, 0o444)
  }
}

/** Makes a hard link (or a copy, on another file system): for files that are never written again. */
export async function linkFile(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  })
}

/** Moves a file, also to another file system. A copy shares its blocks if the file system can. */
export async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  })
}
