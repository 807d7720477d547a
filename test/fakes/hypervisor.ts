/** A Hypervisor in memory. Kept honest by test/contract/hypervisor.ts, which real libvirt passes too. */
import { randomUUID } from 'node:crypto'
import { CommandError, HostError, StateError } from '../../src/errors.js'
import { checkSpec, specDigest } from '../../src/hypervisor/spec.js'
import { ensureNetwork, removeNetwork } from './networks.js'
import { commandOf, fakeMoments, type Entry } from './moments.js'
import { readDisk, writeDisk } from './qcow2.js'
import type { Abilities, Hypervisor, MachineSpec, MachineState, Network } from '../../src/hypervisor/types.js'

export interface FakeHypervisor extends Hypervisor {
  /** Machines that `prefer` was called for while they ran. */
  readonly preferred: Set<string>
  /** Machines that change so little that they are written to their end before freezeTogether has all together. */
  readonly idle: Set<string>
  /** Machines whose guest has an agent, and what their clocks show. */
  readonly clocks: Map<string, number>
  /** CPU time that machines have had, ns; under '' of all others. */
  readonly cpuNs: Map<string, number>
  /** Machines whose disk cannot be written: QEMU pauses them, and again after each resume. */
  readonly full: Set<string>
  /** What somebody has opened with virsh, by machine. */
  readonly opened: Map<string, readonly string[]>
  /** Every call that changes something, such as `start klab-x-n1`. */
  readonly calls: string[]
  /** Host ports that something else listens on. */
  readonly busyPorts: Set<number>
  /** While true every call throws HostError. */
  unreachable: boolean
  /** What this host can load. */
  able: Abilities
  /** Called before every changing call; throw from it to make that call fail. */
  onCall: (verb: string, name: string) => void
  /** The spec that a machine was last defined from. */
  specOf(name: string): MachineSpec | undefined
  /** As if its QEMU got SIGKILL. */
  kill(name: string): void
  /** What a running guest does: something to RAM and to its disk. */
  write(name: string, text: string): void
  read(name: string): { ram: string; disk: string }
  /** A domain that is not klab's. */
  addForeign(name: string, state?: MachineState): void
  /** A network as it is, klab's or not. */
  addNetwork(network: Network): void
  dropNetwork(name: string): void
}

/** An empty fake. */
export function createFakeHypervisor(uri = 'fake:///'): FakeHypervisor {
  const entries = new Map<string, Entry>()
  const networks = new Map<string, Network>()
  const get = (name: string): Entry => {
    const entry = entries.get(name)
    if (!entry) throw new StateError(`there is no machine ${name}`, { hint: 'klab up' })
    return entry
  }
  const off = (e: Entry, state: MachineState): void => {
    e.state = state
    delete e.live
    e.ram = ''
  }
  const isOff = (e: Entry): boolean => e.state === 'shut-off' || e.state === 'crashed'

  /** Every door method is asynchronous and first finds out whether libvirt is there. */
  const look = <T>(work: () => T): Promise<T> =>
    Promise.resolve().then(() => {
      if (fake.unreachable) throw new HostError(`libvirt cannot be reached at ${uri}`, { hint: 'start libvirtd' })
      return work()
    })
  const change = (verb: string, name: string, work: () => void): Promise<void> =>
    look(() => {
      fake.calls.push(`${verb} ${name}`)
      fake.onCall(verb, name)
      work()
    })

  const takePorts = (spec: MachineSpec): void => {
    const others = [...entries.values()].filter((e) => !isOff(e) && e.name !== spec.name)
    const taken = new Set([
      ...fake.busyPorts,
      ...others.flatMap((e) => (e.spec?.mgmt?.forwards ?? []).map((f) => f.hostPort)),
    ])
    const busy = spec.mgmt?.forwards.find((f) => taken.has(f.hostPort))
    if (busy === undefined) return
    const tail =
      'qemu-system-x86_64: -netdev user: Could not set up host forwarding rule ' +
      `'tcp:127.0.0.1:${busy.hostPort}-10.0.2.15:${busy.guestPort}'`
    throw new CommandError({
      where: 'host',
      argv: ['virsh', 'start'],
      exitCode: 1,
      signal: undefined,
      timedOut: false,
      durationMs: 1,
      tail,
    })
  }

  const needNetwork = ({ net }: MachineSpec): void => {
    if (net && networks.get(net.network)?.active !== true)
      commandOf('start', () => {
        throw new Error(`network '${net.network}' is not active`)
      })
  }

  const moments = fakeMoments({ self: () => fake, get, isOff, look, change, takePorts, needNetwork })
  const fake: FakeHypervisor = {
    uri,
    preferred: new Set(),
    idle: new Set(),
    clocks: new Map(),
    cpuNs: new Map(),
    full: new Set(),
    opened: new Map(),
    calls: [],
    busyPorts: new Set(),
    unreachable: false,
    able: { libvirt: '9.0.0', qemu: '7.2.22', machine: 'pc-q35-7.2', hostCpu: '' },
    onCall: () => undefined,
    specOf: (name) => entries.get(name)?.spec,
    kill: (name) => off(get(name), 'crashed'),
    addForeign: (name, state = 'shut-off') =>
      void entries.set(name, { name, uuid: randomUUID(), state, ram: '', next: '' }),
    addNetwork: (network) => void networks.set(network.name, network),
    dropNetwork: (name) => void networks.delete(name),
    write: (name, text) => {
      const e = get(name)
      if (e.state !== 'running') throw new Error(`${name} is ${e.state}`)
      e.ram = text
      writeDisk(e.live ?? '', text)
    },
    read: (name) => {
      const e = get(name)
      if (e.state !== 'running') throw new Error(`${name} is ${e.state}`)
      return { ram: e.ram, disk: readDisk(e.live ?? '') }
    },

    list: () =>
      look(() =>
        [...entries.values()].map(({ name, uuid, state }) => ({
          name,
          uuid,
          state,
          ...(state === 'paused' && fake.full.has(name) && { stuck: true as const }),
        })),
      ),
    state: (name) => look(() => entries.get(name)?.state ?? 'absent'),
    owned: (labId) =>
      look(() =>
        [...entries.values()].flatMap(({ name, uuid, state, spec }) =>
          spec && (labId === undefined || spec.labId === labId)
            ? [{ name, uuid, state, labId: spec.labId, node: spec.node, specDigest: specDigest(spec) }]
            : [],
        ),
      ),
    ensureMachine: (spec) =>
      change('ensure', spec.name, () => {
        checkSpec(spec)
        for (const e of entries.values()) {
          if (e.name !== spec.name && e.uuid !== spec.uuid) continue
          if (e.name !== spec.name || e.uuid !== spec.uuid || e.spec?.labId !== spec.labId)
            throw new StateError(`libvirt already has a domain ${e.name}`, { hint: 'look at it' })
          if (specDigest(e.spec) === specDigest(spec) && !(isOff(e) && fake.opened.has(e.name))) return
          if (!isOff(e))
            throw new StateError(`${spec.node} is ${e.state} with other settings`, { hint: 'stop it first: klab halt' })
        }
        fake.opened.delete(spec.name)
        entries.set(spec.name, {
          name: spec.name,
          uuid: spec.uuid,
          state: entries.get(spec.name)?.state ?? 'shut-off',
          spec: structuredClone(spec),
          ram: entries.get(spec.name)?.ram ?? '',
          next: spec.disks.find((d) => !d.readonly)?.path ?? '',
        })
      }),
    start: (name) =>
      change('start', name, () => {
        const e = get(name)
        if (isOff(e)) {
          if (e.spec) takePorts(e.spec)
          if (e.spec) needNetwork(e.spec)
          e.live = e.next
          e.ram = ''
        }
        e.state = 'running'
      }),
    openings: (uuids) =>
      look(() => {
        const all = [...entries.values()].filter((e) => uuids.includes(e.uuid))
        return new Map(all.flatMap((e) => (fake.opened.has(e.name) ? [[e.uuid, fake.opened.get(e.name) ?? []]] : [])))
      }),
    prefer: (name) =>
      look(() => {
        if (['running', 'paused'].includes(entries.get(name)?.state ?? '')) fake.preferred.add(name)
      }),
    stop: (name) =>
      change('stop', name, () => {
        const e = entries.get(name)
        if (e && !isOff(e)) off(e, 'shut-off')
      }),
    removeMachine: (name) =>
      change('remove', name, () => {
        const e = entries.get(name)
        if (e && !e.spec) throw new StateError(`${name} does not carry klab's metadata`, { hint: 'virsh undefine' })
        entries.delete(name)
      }),

    ...moments,
    networks: () => look(() => [...networks.values()]),
    ensureNetwork: (spec) => change('ensure-network', spec.name, () => ensureNetwork(networks, spec)),
    removeNetwork: (name) => change('remove-network', name, () => removeNetwork(networks, name)),
  }
  return fake
}
