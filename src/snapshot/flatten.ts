/**
 * Makes long chains of overlays short. Every save adds an overlay, and QEMU searches all of them for what a guest reads
 * (fault 45).
 */
import { StateError } from '../errors.js'
import { ownChain, sweep } from './disks.js'
import { allRunning, nodesOf } from './machines.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

/**
 * How many overlays one node may have: from here on a save warns, and here it refuses (fault 45 of the reliability
 * notes).
 */
export const [LONG_CHAIN, LONGEST_CHAIN] = [12, 30]

/**
 * Warns if the chains get long. `disks`: what the nodes write to. Throws StateError if they are too long for one more.
 */
export async function checkChains(lab: LockedLab, disks: readonly string[]): Promise<void> {
  const depth = Math.max(...(await Promise.all(disks.map(async (path) => (await ownChain(lab, path)).own.length))))
  if (depth >= LONGEST_CHAIN)
    throw new StateError(
      english('the disks are chains of {depth} files; the most is {most}', { depth, most: LONGEST_CHAIN }),
      {
        hint: english('klab snapshot flatten; it changes no snapshot'),
      },
    )
  if (depth >= LONG_CHAIN)
    lab.say(english('the disks are chains of {depth} files; klab snapshot flatten shortens them', { depth }))
}

export interface Flattened {
  /** How many files the longest chain had before, and has now. */
  readonly before: number
  readonly after: number
  /** Bytes of overlays that no snapshot needed. */
  readonly freedBytes: number
}

/**
 * Copies what the nodes' disks need from the lab's own overlays into the overlay that each node writes to, so that it
 * needs only the shared image. Frozen files are only read. May be repeated after a kill: each disk is complete at every
 * moment. Throws StateError for a lab that is half up, CommandError.
 */
export async function flatten(lab: LockedLab): Promise<Flattened> {
  const { hypervisor, host } = lab.world
  const running = await allRunning(lab)
  const depths = await Promise.all(
    nodesOf(lab).map(async ({ node, domain }) => {
      const { live, next } = await hypervisor.disk(domain)
      const path = live ?? next
      const { own, base } = await ownChain(lab, path)
      if (own.length > 1 && base !== undefined) {
        lab.say(english('{node}: a chain of {count} files', { node, count: own.length }))
        if (running) await hypervisor.shortenDisk(domain, base)
        else
          await host.run(['qemu-img', 'rebase', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, path], {
            timeoutMs: REBASE_MS,
          })
      }
      return { before: own.length, after: (await ownChain(lab, path)).own.length }
    }),
  )
  const freedBytes = await sweep(lab)
  return {
    before: Math.max(...depths.map((d) => d.before)),
    after: Math.max(...depths.map((d) => d.after)),
    freedBytes,
  }
}

/** ms; some GiB on a slow disk. */
const REBASE_MS = 1_800_000
