/** Tar files that are the same, byte for byte, for the same content. */
import { readdir } from 'node:fs/promises'
import type { HostExec } from '../../host/types.js'

/** 2021-01-13, the day Kubernetes 1.20.2 came out: the time of every file in an image. Seconds since the epoch. */
export const FILE_TIME = 1610496000

/**
 * Flags of tar for the same bytes from the same content: sorted, owned by root, one fixed time (GNU tar's manual,
 * "Reproducibility").
 */
export const SAME_BYTES = [
  '--format=gnu',
  '--sort=name',
  `--mtime=@${FILE_TIME}`,
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u+rwX,go+rX,go-w',
  '--hard-dereference',
] as const

/**
 * Packs what is inside `dir` into the tar file `out`. The owners of the files do not matter, so an ordinary user makes
 * the same bytes as root. Throws CommandError.
 */
export async function packDir(exec: HostExec, dir: string, out: string, signal?: AbortSignal): Promise<void> {
  await exec.run(
    [
      'tar',
      '--create',
      `--file=${out}`,
      `--directory=${dir}`,
      ...SAME_BYTES,
      '--',
      // Names and not `.`: readers look for `manifest.json`, not for `./manifest.json`.
      ...(await readdir(dir)).sort(),
    ],
    signal ? { signal } : {},
  )
}
