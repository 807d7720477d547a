/** `klab top`: what each node really uses of the host. */
import { diskUsage } from '../host/tree.js'
import type { MachineState } from '../hypervisor/types.js'
import { domainName } from '../node/names.js'
import type { LabContext } from './context.js'
import { recordedLab } from './open.js'

/** ms between the two measurements of CPU time. */
const BETWEEN_MS = 1000

export interface NodeUsage {
  readonly name: string
  readonly state: MachineState
  /** Of the host's RAM, bytes; null: it is off. */
  readonly memoryBytes: number | null
  /** What the guest may use at most, bytes. */
  readonly memoryLimitBytes: number
  /** Of one CPU of the host, in the last second; null: it is off, or libvirt cannot say. */
  readonly cpuPercent: number | null
  /** CPUs that the guest sees. */
  readonly cpus: number
  /** The node's disks, with those of its snapshots, bytes. What all nodes share is in the cache. */
  readonly diskBytes: number
}

export interface LabUsage {
  readonly lab: string
  readonly nodes: readonly NodeUsage[]
  /** RAM that snapshots keep on disk, bytes. */
  readonly snapshotBytes: number
}

/** Measures twice, a second apart. Throws StateError, HostError. */
export async function usageOf(c: LabContext): Promise<LabUsage> {
  const { record, paths } = await recordedLab(c.doors.env, c.file)
  const { hypervisor, clock, signal } = await c.doors.world(record.lab)
  const domains = record.lab.nodes.map((n) => domainName(record.id, n.name))
  const first = await hypervisor.usage(domains)
  const from = clock.monotonic()
  await clock.sleep(BETWEEN_MS, signal)
  const second = await hypervisor.usage(domains)
  const ms = clock.monotonic() - from
  const states = new Map((await hypervisor.list()).map((m) => [m.name, m.state]))
  const nodes = record.lab.nodes.map(async (n, i): Promise<NodeUsage> => {
    const domain = domains[i] ?? ''
    const [before, now] = [first.get(domain)?.cpuNs, second.get(domain)]
    return {
      name: n.name,
      state: states.get(domain) ?? 'absent',
      memoryBytes: now?.memoryBytes ?? null,
      memoryLimitBytes: n.memoryMiB * 2 ** 20,
      cpuPercent: percent(before, now?.cpuNs, ms),
      cpus: n.cpus,
      diskBytes: await diskUsage(paths.node(n.name).dir),
    }
  })
  return { lab: record.name, nodes: await Promise.all(nodes), snapshotBytes: await diskUsage(paths.snapshots) }
}

/** Null if it is not known; also for a machine that was restarted between the two measurements. */
function percent(before: number | undefined, now: number | undefined, ms: number): number | null {
  if (before === undefined || now === undefined || now < before || ms <= 0) return null
  return Math.round((now - before) / 1e4 / ms)
}
