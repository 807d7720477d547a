/**
 * What a compile may use of this machine: half of its memory; and disk space, which is checked before anything starts.
 */
import { statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { HostError } from '../../errors.js'
import type { Component } from './component.js'
import { english } from '../../words/say.js'

/** MiB that one compiler or linker takes at its peak (the linker of kube-apiserver: 1.2 GB when tried). */
const PER_JOB = 1280
const MIB = 2 ** 20
const GIB = 2 ** 30
/** GiB that programs, images and the guests' disk of a bundle need, besides a compile. */
const OUTPUT = 3

/** `go build -p`, and GOMEMLIMIT of each compiler, within half of the memory (Go 1.19 and later respect it). */
export function share(
  memory = totalmem(),
  cpus = availableParallelism(),
): { readonly jobs: number; readonly memoryLimit: string } {
  const half = Math.floor(memory / 2 / MIB)
  const jobs = Math.max(1, Math.min(cpus, Math.floor(half / PER_JOB)))
  return { jobs, memoryLimit: `${Math.floor(half / jobs)}MiB` }
}

/** Throws HostError if the file system of `dir` has no room for these compiles, which run one after the other. */
export async function requireDisk(dir: string, components: readonly Component[]): Promise<void> {
  if (components.length === 0) return
  const { bavail, bsize } = await statfs(dir)
  const need = Math.max(...components.map((c) => c.disk)) + OUTPUT
  const free = (bavail * bsize) / GIB
  if (free >= need) return
  throw new HostError(
    english('compiling {components} needs {need} GiB, {dir} has {free} GiB free', {
      components: components.map((c) => c.name).join(', '),
      need,
      dir,
      free: free.toFixed(1),
    }),
    {
      hint: english('make room there (klab bundle prune), or give another folder with XDG_CACHE_HOME'),
    },
  )
}
