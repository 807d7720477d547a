/** The part of the fake hypervisor that snapshots stand on: freezing, thawing, disks, clocks, and what travels. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { CommandError, StateError } from '../../src/errors.js'
import type { Hypervisor, MachineSpec, MachineState } from '../../src/hypervisor/types.js'
import type { FakeHypervisor } from './hypervisor.js'
import { makeOverlay, readDisk, writeDisk } from './qcow2.js'

export interface Entry {
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

/** What fails here fails as a command does there. */
export function commandOf<T>(verb: string, work: () => T): T {
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

interface Means {
  readonly self: () => FakeHypervisor
  readonly get: (name: string) => Entry
  readonly isOff: (e: Entry) => boolean
  readonly look: <T>(work: () => T) => Promise<T>
  readonly change: (verb: string, name: string, work: () => void) => Promise<void>
  readonly takePorts: (spec: MachineSpec) => void
  readonly needNetwork: (spec: MachineSpec) => void
}

type Moments =
  | 'pause'
  | 'resume'
  | 'memoryMiB'
  | 'usage'
  | 'freeze'
  | 'freezeTogether'
  | 'thaw'
  | 'disk'
  | 'shortenDisk'
  | 'useDisk'
  | 'guestTime'
  | 'setGuestTime'
  | 'describe'
  | 'abilities'
  | 'needs'
  | 'adopt'
  | 'abortJob'

export function fakeMoments({
  self,
  get,
  isOff,
  look,
  change,
  takePorts,
  needNetwork,
}: Means): Pick<Hypervisor, Moments> {
  return {
    pause: (name) =>
      change('pause', name, () => {
        const e = get(name)
        if (isOff(e)) throw new StateError(`${name} is ${e.state}, not running`, { hint: 'klab up' })
        e.state = 'paused'
      }),
    resume: (names) =>
      change('resume', names.join(' '), () => {
        for (const e of names.map(get)) if (e.state === 'paused' && !self().full.has(e.name)) e.state = 'running'
      }),
    memoryMiB: (names) => look(() => names.length),
    usage: (names) =>
      look(() => {
        const on = names.flatMap((name) => {
          const spec = self().specOf(name)
          return spec && !isOff(get(name)) ? [spec] : []
        })
        const cpuNs = self().cpuNs.get('') ?? 0
        return new Map(on.map((s) => [s.name, { memoryBytes: 2 ** 20, cpuNs: self().cpuNs.get(s.name) ?? cpuNs }]))
      }),
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
        const state = await self().state(name)
        if (state !== 'running') throw new StateError(`${name} is ${state}, not running`, { hint: 'klab up' })
      }
      const early = moments.filter(({ name }) => self().idle.has(name))
      const chosen = early.length > 0 ? early : moments
      for (const { name } of chosen) await self().pause(name)
      if (early.length === 0) await committed()
      for (const { name, to } of chosen) await self().freeze(name, to)
      await self().resume(chosen.map((m) => m.name))
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
    guestTime: (name) => look(() => self().clocks.get(get(name).name)),
    setGuestTime: (name, ms) => change('set-time', name, () => void self().clocks.set(get(name).name, ms)),
    describe: (name) =>
      look(() => {
        const e = get(name)
        return { boot: e.spec?.boot ?? { kind: 'disk' }, disks: e.spec?.disks ?? [] }
      }),
    abilities: (_accel, machine) => look(() => ({ ...self().able, machine: machine ?? self().able.machine })),
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
  }
}
