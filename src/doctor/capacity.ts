/** Whether there is enough memory and disk for a lab. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { exists, readText } from '../host/files.js'
import type { Lab, NodeSpec } from '../labfile/model.js'
import type { World } from '../world.js'
import type { Check } from './check.js'
import { english } from '../words/say.js'

const GIB = 1024 ** 3
/** On top of a guest’s memory, MiB: QEMU's own and translated code under TCG. */
const QEMU_OVERHEAD_MIB = 250
/**
 * How much of its memory a guest uses. The four QEMUs of the default lab (4 x 3 GiB, Kubernetes 1.20.2, TCG) take 6.8
 * GiB when the cluster is up (docs/benchmarks.md), and 8.2 GiB at most were seen after hours of work. Rounded up. KVM
 * guests were not measured; they have no translated code.
 */
const TOUCHED = 0.6
/** What one node's overlay and the shared layers take on disk, GiB. */
const DISK_GIB = { node: 2, cache: 6 }

/** Memory that this process may still use, MiB: the host's, or its cgroup's limit. */
async function availableMiB(): Promise<number> {
  const meminfo = (await readText('/proc/meminfo')) ?? ''
  const host = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0) / 1024
  const limit = Number((await readText('/sys/fs/cgroup/memory.max').catch(() => undefined))?.trim())
  return Math.floor(Number.isFinite(limit) && limit > 0 ? Math.min(host, limit / 1024 ** 2) : host)
}

/**
 * Memory for the nodes that do not run yet; `have` MiB are left. Enough for all that they may take, enough for what
 * such machines really use, or too little.
 */
export function memoryCheck(nodes: readonly Pick<NodeSpec, 'memoryMiB'>[], have: number): Check {
  const name = 'memory'
  if (nodes.length === 0)
    return {
      name,
      state: 'ok',
      found: english('{have} MiB available; the lab’s machines run and have their memory', { have }),
    }
  const sum = (part: number): number =>
    Math.ceil(nodes.reduce((all, n) => all + n.memoryMiB * part + QEMU_OVERHEAD_MIB, 0))
  const [most, usual] = [sum(1), sum(TOUCHED)]
  if (have >= most)
    return { name, state: 'ok', found: english('{have} MiB available, the lab takes up to {most} MiB', { have, most }) }
  const wants = english('the lab takes about {usual} MiB, and up to {most}', { usual, most })
  return have >= usual
    ? {
        name,
        state: 'warn',
        found: english('{have} MiB available, {wants}: nodes that use all of theirs may not fit', { have, wants }),
        fix: english('lower nodes[].memory or remove nodes in the Labfile, or stop other labs'),
      }
    : {
        name,
        state: 'missing',
        found: english('{have} MiB available, {wants}: {short} MiB short', { have, wants, short: usual - have }),
        fix: english(
          'lower nodes[].memory or remove nodes in the Labfile, or stop other labs; klab up --force tries it anyway',
        ),
        mayTry: true,
      }
}

/** RAM and disk compared with the Labfile. Machines that run already have theirs. */
export async function roomChecks(world: World, lab: Lab, running: readonly string[]): Promise<readonly Check[]> {
  const memory = memoryCheck(
    lab.nodes.filter((n) => !running.includes(n.name)),
    await availableMiB(),
  )
  const needs = new Map<string, number>()
  for (const [dir, gib] of [
    [world.roots.state, lab.nodes.length * DISK_GIB.node],
    [world.roots.cache, DISK_GIB.cache],
  ] as const) {
    const at = await existingAbove(dir)
    needs.set(at, (needs.get(at) ?? 0) + gib)
  }
  const disks = await Promise.all(
    [...needs].map(async ([dir, gib]): Promise<Check> => {
      const fs = await statfs(dir)
      const free = Math.floor((fs.bavail * fs.bsize) / GIB)
      const found = english('{free} GiB free, up to {wanted} GiB wanted', { free, wanted: gib })
      return free >= gib
        ? { name: `disk ${dir}`, state: 'ok', found }
        : {
            name: `disk ${dir}`,
            state: 'missing',
            found,
            fix: english('free {lacking} GiB, or set KLAB_STATE_DIR and KLAB_CACHE_DIR to another disk', {
              lacking: gib - free,
            }),
          }
    }),
  )
  return [memory, ...disks]
}

/** The folder itself, or the first existing one above it. */
export async function existingAbove(dir: string): Promise<string> {
  return (await exists(dir)) || dir === '/' ? dir : existingAbove(dirname(dir))
}
