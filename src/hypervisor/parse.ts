/**
 * What virsh prints, as data. Pure; numbers are libvirt's enums (libvirt-domain.h: virDomainState,
 * virDomainShutoffReason, virDomainPausedReason).
 */
import type { Machine, MachineState, Usage } from './types.js'

const SHUTOFF = '5'
const SHUTOFF_CRASHED = '3'
const PAUSED = '3'
const PAUSED_IOERROR = '5'
const STATES: Readonly<Record<string, MachineState>> = {
  // 2 is Xen's "blocked", a running domain.
  '1': 'running',
  '2': 'running',
  [PAUSED]: 'paused',
  '4': 'in-shutdown',
  [SHUTOFF]: 'shut-off',
  '6': 'crashed',
  '7': 'suspended',
}

/**
 * libvirt's state and reason as klab's state. `crashed` also means that QEMU died; libvirt then calls the domain shut
 * off.
 */
export const machineState = (state: string, reason: string): MachineState =>
  state === SHUTOFF && reason === SHUTOFF_CRASHED ? 'crashed' : (STATES[state] ?? 'running')

/** Domains in these states have no QEMU process. */
export const isOff = (state: MachineState): boolean => state === 'shut-off' || state === 'crashed' || state === 'absent'

/** Output of `list --all --uuid --name; domstats --state --raw`. A domain that vanished between the two is left out. */
export function parseDomainList(text: string): Machine[] {
  const uuids = new Map<string, string>()
  const machines: Machine[] = []
  let name: string | undefined
  let state = ''
  for (const line of text.split('\n')) {
    const listed = /^([0-9a-f-]{36})\s+(.+?)\s*$/.exec(line)
    const domain = /^Domain: '(.*)'\s*$/.exec(line)
    const field = /^\s+state\.(state|reason)=(\d+)/.exec(line)
    if (listed?.[1] && listed[2]) uuids.set(listed[2], listed[1])
    else if (domain) name = domain[1]
    else if (field?.[1] === 'state') state = field[2] ?? ''
    else if (field && name !== undefined) {
      const uuid = uuids.get(name)
      const reason = field[2] ?? ''
      const stuck = state === PAUSED && reason === PAUSED_IOERROR
      if (uuid !== undefined) machines.push({ name, uuid, state: machineState(state, reason), ...(stuck && { stuck }) })
    }
  }
  return machines
}

/** Output of `-q domblklist`: target → file. */
export function parseDisks(text: string): ReadonlyMap<string, string> {
  const disks = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, target, file] = /^\s*(\S+)\s+(.+?)\s*$/.exec(line) ?? []
    if (target !== undefined && file !== undefined) disks.set(target, file)
  }
  return disks
}

/**
 * Output of `schedinfo`: the domain's share of CPU time; undefined if libvirt cannot say (session mode, no cgroups).
 */
export function parseCpuShares(text: string): number | undefined {
  const shares = /^cpu_shares\s*: (\d+)$/m.exec(text)?.[1]
  return shares === undefined ? undefined : Number(shares)
}

/** What a domain's QEMU is busy with. */
export interface Job {
  readonly active: boolean
  /** How many passes over the RAM there were, from 1; 0: no RAM is being written. */
  readonly passes: number
  /** Of this pass, MiB. */
  readonly leftMiB: number
}

const UNIT_MIB: Readonly<Record<string, number>> = { B: 2 ** -20, KiB: 2 ** -10, MiB: 1, GiB: 2 ** 10, TiB: 2 ** 20 }

/** Output of `domjobinfo`, of several domains one after the other. */
export const parseJobs = (text: string): readonly Job[] =>
  text
    .split(/^(?=Job type:)/m)
    .filter((job) => job.startsWith('Job type:'))
    .map((job) => {
      const [, left = '0', unit = 'B'] = /^Memory remaining:\s+([\d.]+) (\w+)/m.exec(job) ?? []
      return {
        active: /^Job type:\s+(?!None|Completed)\S/.test(job),
        passes: Number(/^Iteration:\s+(\d+)/m.exec(job)?.[1] ?? 0),
        leftMiB: Number(left) * (UNIT_MIB[unit] ?? NaN),
      }
    })

/** Output of `domstats --balloon --cpu-total --raw`, by name; domains without a QEMU are left out. */
export function parseUsage(text: string): ReadonlyMap<string, Usage> {
  const parts = text.split(/^(?=Domain: ')/m).map((part) => {
    const name = /^Domain: '(.*)'\s*$/m.exec(part)?.[1]
    const rssKiB = /^\s*balloon\.rss=(\d+)$/m.exec(part)?.[1]
    const cpuNs = /^\s*cpu\.time=(\d+)$/m.exec(part)?.[1]
    return name === undefined || rssKiB === undefined
      ? []
      : [
          [
            name,
            { memoryBytes: Number(rssKiB) * 1024, cpuNs: cpuNs === undefined ? undefined : Number(cpuNs) },
          ] as const,
        ]
  })
  return new Map(parts.flat())
}
