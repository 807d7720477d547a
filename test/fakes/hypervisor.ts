/** A Hypervisor in memory. Kept honest by test/contract/hypervisor.ts, which real libvirt passes too. */
import { randomUUID } from 'node:crypto'
import { CommandError, HostError, StateError } from '../../src/errors.js'
import { checkSpec, specDigest } from '../../src/hypervisor/spec.js'
import type { Hypervisor, MachineSpec, MachineState } from '../../src/hypervisor/types.js'

interface Entry {
  readonly name: string
  readonly uuid: string
  state: MachineState
  spec?: MachineSpec
}

export interface FakeHypervisor extends Hypervisor {
  /** Every call that changes something, such as `start klab-x-n1`. */
  readonly calls: string[]
  /** Host ports that something else listens on. */
  readonly busyPorts: Set<number>
  /** While true every call throws HostError. */
  unreachable: boolean
  /** Called before every changing call; throw from it to make that call fail. */
  onCall: (verb: string, name: string) => void
  /** The spec that a machine was last defined from. */
  specOf(name: string): MachineSpec | undefined
  /** As if its QEMU got SIGKILL. */
  kill(name: string): void
  pause(name: string): void
  /** A domain that is not klab's. */
  addForeign(name: string, state?: MachineState): void
}

/** An empty fake. */
export function createFakeHypervisor(uri = 'fake:///'): FakeHypervisor {
  const entries = new Map<string, Entry>()
  const get = (name: string): Entry => {
    const entry = entries.get(name)
    if (!entry) throw new StateError(`there is no machine ${name}`, { hint: 'klab up' })
    return entry
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
    const taken = new Set([...fake.busyPorts, ...others.flatMap((e) => e.spec?.mgmt.forwards.map((f) => f.hostPort) ?? [])])
    const busy = spec.mgmt.forwards.find((f) => taken.has(f.hostPort))
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

  const fake: FakeHypervisor = {
    uri,
    calls: [],
    busyPorts: new Set(),
    unreachable: false,
    onCall: () => undefined,
    specOf: (name) => entries.get(name)?.spec,
    kill: (name) => void (get(name).state = 'crashed'),
    pause: (name) => void (get(name).state = 'paused'),
    addForeign: (name, state = 'shut-off') => void entries.set(name, { name, uuid: randomUUID(), state }),

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
        })
      }),
    start: (name) =>
      change('start', name, () => {
        const e = get(name)
        if (isOff(e) && e.spec) takePorts(e.spec)
        e.state = 'running'
      }),
    stop: (name) =>
      change('stop', name, () => {
        const e = entries.get(name)
        if (e && !isOff(e)) e.state = 'shut-off'
      }),
    removeMachine: (name) =>
      change('remove', name, () => {
        const e = entries.get(name)
        if (e && !e.spec) throw new StateError(`${name} does not carry klab's metadata`, { hint: 'virsh undefine' })
        entries.delete(name)
      }),
  }
  return fake
}
