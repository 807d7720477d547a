/**
 * Freezes and thaws through virsh: external snapshots without libvirt's own metadata, and `virsh restore` onto a new
 * overlay.
 */
import { rm } from 'node:fs/promises'
import { CommandError, StateError } from '../errors.js'
import { writeAtomic } from '../host/files.js'
import type { Clock } from '../host/types.js'
import { isOff, parseDisks, parseJobs, parseUsage } from './parse.js'
import { WRITABLE } from './spec.js'
import type { DiskFiles, Hypervisor, Machine, MachineState, Moment } from './types.js'
import { freezeTogether } from './virsh-live.js'
import type { Virsh } from './virsh-run.js'
import { english } from '../words/say.js'

/** ms; a node's RAM is a few GiB at most, and a slow disk may write 50 MiB/s. */
const RAM_MS = 600_000

interface Dependencies {
  readonly virsh: Virsh
  readonly clock: Clock
  readonly list: () => Promise<readonly Machine[]>
  readonly find: (name: string) => Promise<Machine | undefined>
  readonly attempt: (args: readonly string[], name: string, wanted: (state: MachineState) => boolean) => Promise<void>
}

export function momentMethods({
  virsh,
  clock,
  list,
  find,
  attempt,
}: Dependencies): Pick<
  Hypervisor,
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
  | 'abortJob'
> {
  const there = (name: string, machine: Machine | undefined): Machine => {
    if (!machine) throw new StateError(english('there is no machine {name}', { name }), { hint: 'klab up' })
    return machine
  }
  const must = async (name: string): Promise<Machine> => there(name, await find(name))
  /** One process for all of them. */
  const mustAll = async (names: readonly string[]): Promise<readonly Machine[]> => {
    const all = await list()
    return names.map((name) =>
      there(
        name,
        all.find((m) => m.name === name),
      ),
    )
  }
  const disks = async (machine: Machine, which: readonly string[]): Promise<ReadonlyMap<string, string>> =>
    parseDisks((await virsh(['domblklist', ...which, machine.uuid])).stdout)

  /** Runs a command with an XML file next to `near`; the file is removed after the command. */
  const withXml = async (near: string, xml: string, use: (file: string) => Promise<unknown>): Promise<void> => {
    const file = `${near}.xml`
    await writeAtomic(file, xml)
    await use(file).finally(() => rm(file, { force: true }))
  }

  const useDisk = async (machine: Machine, path: string): Promise<void> => {
    const { withDisk } = await import('./moment.js')
    const { stdout } = await virsh(['dumpxml', '--inactive', '--security-info', machine.uuid])
    await withXml(path, withDisk(stdout, path), (file) => virsh(['define', '--validate', file]))
  }

  const write = async (machine: Machine, to: Moment, flags: readonly string[]): Promise<void> => {
    const { snapshotXml } = await import('./moment.js')
    const others = [...(await disks(machine, [])).keys()].filter((target) => target !== WRITABLE)
    await withXml(to.memory, snapshotXml(to, others), (file) =>
      virsh(['snapshot-create', machine.uuid, '--xmlfile', file, '--no-metadata', '--atomic', '--validate', ...flags], {
        timeoutMs: RAM_MS,
      }),
    )
  }

  const abortJob = async (name: string): Promise<void> => {
    const machine = await find(name)
    if (!machine || isOff(machine.state)) return
    const [job] = parseJobs((await virsh(['domjobinfo', machine.uuid], { allowFailure: true })).stdout)
    if (!job?.active) return
    await virsh(['domjobabort', machine.uuid]).catch((error: unknown) => {
      // It ended in between.
      if (!(error instanceof CommandError)) throw error
    })
  }

  return {
    pause: async (name) => {
      const machine = await must(name)
      if (machine.state === 'paused') return
      if (machine.state !== 'running')
        throw new StateError(english('{name} is {state}, not running', { name, state: machine.state }), {
          hint: 'klab up',
        })
      await attempt(['suspend', machine.uuid], name, (s) => s === 'paused')
    },

    resume: async (names) => {
      const machines = await mustAll(names)
      const paused = machines.filter((m) => m.state === 'paused')
      if (paused.length === 0) return
      await virsh([paused.map((m) => `resume ${m.uuid}`).join('; ')]).catch(async (error: unknown) => {
        // libvirt itself resumes a machine when the writing of its RAM ends. That may be just now.
        const still = new Set((await list()).filter((m) => m.state === 'paused').map((m) => m.uuid))
        if (paused.some((m) => still.has(m.uuid))) throw error
      })
    },

    memoryMiB: async (names) => {
      const machines = await mustAll(names)
      const { stdout } = await virsh(['domstats', '--balloon', '--raw', '--nowait', ...machines.map((m) => m.uuid)])
      const kib = [...stdout.matchAll(/^\s*balloon\.rss=(\d+)$/gm)].map((m) => Number(m[1]))
      return kib.reduce((a, b) => a + b, 0) / 1024
    },

    usage: async (names) => {
      // If one is gone by now, virsh would fail for all of them.
      const uuids = (await list()).filter((m) => names.includes(m.name) && !isOff(m.state)).map((m) => m.uuid)
      if (uuids.length === 0) return new Map()
      const argv = ['domstats', '--balloon', '--cpu-total', '--raw', '--nowait', ...uuids]
      return parseUsage((await virsh(argv, { allowFailure: true })).stdout)
    },

    freeze: async (name, to) => {
      const machine = await must(name)
      // libvirt would save the RAM of a running machine too, at another moment.
      if (machine.state !== 'paused')
        throw new StateError(english('{name} is {state}, not paused', { name, state: machine.state }))
      await write(machine, to, [])
    },

    freezeTogether: freezeTogether({ virsh, clock, must, list, write, abortJob }),

    thaw: async (name, from, forwards) => {
      const { withDisk, withForwards } = await import('./moment.js')
      const { stdout } = await virsh(['save-image-dumpxml', '--security-info', from.memory])
      await withXml(from.disk, withForwards(withDisk(stdout, from.disk), forwards), (file) =>
        virsh(['restore', from.memory, '--xml', file, '--paused'], { timeoutMs: RAM_MS }),
      )
      // Otherwise its next start would use the file that it was frozen on (fault 47).
      await useDisk(await must(name), from.disk)
    },

    disk: async (name): Promise<DiskFiles> => {
      const machine = await must(name)
      const [next, live] = await Promise.all([
        disks(machine, ['--inactive']),
        isOff(machine.state) ? undefined : disks(machine, []),
      ])
      const file = next.get(WRITABLE)
      if (file === undefined)
        throw new StateError(english('{name} has no disk {disk}', { name, disk: WRITABLE }), {
          hint: english('klab destroy, then klab up'),
        })
      return { next: file, live: live?.get(WRITABLE) }
    },

    shortenDisk: async (name, base) => {
      const { uuid } = await must(name)
      // Work that a killed klab has started goes on in libvirt, perhaps for another file.
      await virsh(['blockjob', uuid, WRITABLE, '--abort'], { allowFailure: true })
      await virsh(['blockpull', uuid, WRITABLE, '--base', base, '--wait'], { timeoutMs: RAM_MS })
    },

    useDisk: async (name, path) => useDisk(await must(name), path),

    abortJob,
  }
}
