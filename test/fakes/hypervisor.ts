/** A Hypervisor in memory. Kept honest by test/contract/hypervisor.ts, which real libvirt passes too. */
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { CommandError, HostError, StateError } from '../../src/errors.js'
import { checkSpec, specDigest } from '../../src/hypervisor/spec.js'
import { ensureNetwork, removeNetwork } from './networks.js'
import { makeOverlay, readDisk, writeDisk } from './qcow2.js'
import type { Abilities, Hypervisor, MachineSpec, MachineState, Network } from '../../src/hypervisor/types.js'

interface Entry {
  readonly name: string
  readonly uuid: string
  state: MachineState
  spec?: MachineSpec
  /** What the guest keeps in RAM. */
  ram: string
  /** The file behind its disk: now, and at the next start. */
  live?: string
  next: string
}

export interface FakeHypervisor extends Hypervisor {
  /** Machines that `prefer` was called for while they ran. */
  readonly preferred: Set<string>
  /** Machines that change so little that they are written to their end before freezeTogether has all together. */
  readonly idle: Set<string>
  /** Machines whose guest has an agent, and what their clocks show. */
  readonly clocks: Map<string, number>
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

/** What fails here fails as a command does there. */
function commandOf<T>(verb: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const argv = ['virsh', verb]
    throw new CommandError(
      { where: 'host', argv, exitCode: 1, signal: undefined, timedOut: false, durationMs: 1, tail: String(cause) },
      { cause },
    )
  }
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
    const taken = new Set([...fake.busyPorts, ...others.flatMap((e) => (e.spec?.mgmt?.forwards ?? []).map((f) => f.hostPort))])
    const busy = spec.mgmt?.forwards.find((f) => taken.has(f.hostPort))
    if (busy === undefined) return
    const tail = `qemu-system-x86_64: -netdev user: Could not set up host forwarding rule 'tcp:127.0.0.1:${busy.hostPort}-10.0.2.15:${busy.guestPort}'`
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

  const fake: FakeHypervisor = {
    uri,
    preferred: new Set(),
    idle: new Set(),
    clocks: new Map(),
    calls: [],
    busyPorts: new Set(),
    unreachable: false,
    able: { libvirt: '9.0.0', qemu: '7.2.22', machine: 'pc-q35-7.2', hostCpu: '' },
    onCall: () => undefined,
    specOf: (name) => entries.get(name)?.spec,
    kill: (name) => off(get(name), 'crashed'),
    addForeign: (name, state = 'shut-off') => void entries.set(name, { name, uuid: randomUUID(), state, ram: '', next: '' }),
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

    list: () => look(() => [...entries.values()].map(({ name, uuid, state }) => ({ name, uuid, state }))),
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
          if (specDigest(e.spec) === specDigest(spec)) return
          if (!isOff(e)) throw new StateError(`${spec.node} is ${e.state} with other settings`, { hint: 'stop it first: klab halt' })
        }
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

    pause: (name) =>
      change('pause', name, () => {
        const e = get(name)
        if (isOff(e)) throw new StateError(`${name} is ${e.state}, not running`, { hint: 'klab up' })
        e.state = 'paused'
      }),
    resume: (names) =>
      change('resume', names.join(' '), () => {
        for (const e of names.map(get)) if (e.state === 'paused') e.state = 'running'
      }),
    memoryMiB: (names) => look(() => names.length),
    freeze: (name, to) =>
      change('freeze', name, () => {
        const e = get(name)
        if (e.state !== 'paused') throw new StateError(`${name} is ${e.state}, not paused`)
        commandOf('snapshot-create', () => {
          makeOverlay(to.disk, e.live ?? '')
          writeFileSync(to.memory, JSON.stringify({ ram: e.ram }), { flag: 'wx' })
        })
        e.live = e.next = to.disk
      }),
    freezeTogether: async (moments, { committed }) => {
      for (const { name } of moments) {
        const state = await fake.state(name)
        if (state !== 'running') throw new StateError(`${name} is ${state}, not running`, { hint: 'klab up' })
      }
      const early = moments.filter(({ name }) => fake.idle.has(name))
      const chosen = early.length > 0 ? early : moments
      for (const { name } of chosen) await fake.pause(name)
      if (early.length === 0) await committed()
      for (const { name, to } of chosen) await fake.freeze(name, to)
      await fake.resume(chosen.map((m) => m.name))
      return early.length > 0 ? undefined : { pauseMs: 1, skewMs: 0 }
    },
    thaw: (name, from, forwards) =>
      change('thaw', name, () => {
        const e = get(name)
        const saved = commandOf('restore', () => {
          if (!isOff(e)) throw new Error(`${name} is ${e.state}`)
          readDisk(from.disk)
          return JSON.parse(readFileSync(from.memory, 'utf8')) as { ram: string }
        })
        if (e.spec?.mgmt) takePorts({ ...e.spec, mgmt: { ...e.spec.mgmt, forwards } })
        if (e.spec) needNetwork(e.spec)
        e.state = 'paused'
        e.ram = saved.ram
        e.live = e.next = from.disk
      }),
    disk: (name) =>
      look(() => {
        const e = get(name)
        return { live: e.live, next: e.next }
      }),
    shortenDisk: (name, base) =>
      change('shorten', name, () => {
        const e = get(name)
        const text = readDisk(e.live ?? '')
        rmSync(e.live ?? '')
        makeOverlay(e.live ?? '', base)
        writeDisk(e.live ?? '', text)
      }),
    useDisk: (name, path) => change('use-disk', name, () => void (get(name).next = path)),
    guestTime: (name) => look(() => fake.clocks.get(get(name).name)),
    setGuestTime: (name, ms) => change('set-time', name, () => void fake.clocks.set(get(name).name, ms)),
    describe: (name) =>
      look(() => {
        const e = get(name)
        return { boot: e.spec?.boot ?? { kind: 'disk' }, disks: e.spec?.disks ?? [] }
      }),
    abilities: (_accel, machine) => look(() => ({ ...fake.able, machine: machine ?? fake.able.machine })),
    needs: (memory) =>
      look(() => {
        JSON.parse(readFileSync(memory, 'utf8'))
        return { machine: 'pc-q35-7.2', cpu: 'Nehalem' }
      }),
    adopt: (memory, spec) =>
      look(() => {
        const { ram } = JSON.parse(readFileSync(memory, 'utf8')) as { ram: string }
        writeFileSync(memory, JSON.stringify({ ram, of: spec.name }))
      }),
    abortJob: (name) => change('abort-job', name, () => undefined),

    networks: () => look(() => [...networks.values()]),
    ensureNetwork: (spec) => change('ensure-network', spec.name, () => ensureNetwork(networks, spec)),
    removeNetwork: (name) => change('remove-network', name, () => removeNetwork(networks, name)),
  }
  return fake
}
