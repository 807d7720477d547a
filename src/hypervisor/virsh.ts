/**
 * Door 1 through virsh. Domains are addressed by UUID, so no name ever reaches virsh's own parser. The result is read
 * from states, never from messages.
 */
import { dirname, join } from 'node:path'
import { CommandError, HostError, StateError } from '../errors.js'
import { systemClock } from '../host/clock.js'
import { writeAtomic } from '../host/files.js'
import { stoppable } from '../host/stoppable.js'
import type { Clock, HostExec } from '../host/types.js'
import { findOpenings } from './find-openings.js'
import type { HostSecurity, Ownership } from './parse-xml.js'
import { isOff, parseCpuShares, parseDomainList } from './parse.js'
import { specDigest } from './spec.js'
import type { Hypervisor, Machine, MachineState } from './types.js'
import { adoptMethods } from './virsh-adopt.js'
import { clockMethods } from './virsh-clock.js'
import { momentMethods } from './virsh-moment.js'
import { networkMethods } from './virsh-network.js'
import { LONG, createVirsh } from './virsh-run.js'
import { english } from '../words/say.js'

export { defaultUri } from './virsh-run.js'

/** ms between two looks while a guest shuts down. */
const LOOK_EVERY = 250
/** ms that libvirt may take to clean up after a QEMU that is ending. */
const SETTLE = 30_000
/** What is removed with a domain when it is undefined; it does not matter if there is none. */
const UNDEFINE = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram']

/** Whether `start` failed because a forwarded host port is taken (QEMU's own words, net/slirp.c). */
export const isPortBusy = (error: unknown): boolean =>
  error instanceof CommandError && error.failure.tail.includes('Could not set up host forwarding rule')

/**
 * The default share of CPU time of a domain, with cgroups v1 and v2 (formatdomain.html, "cputune"); and how many times
 * that a preferred one gets (4 starves the workers, docs/benchmarks.md).
 */
const USUAL_SHARES = [1024, 100]
const PREFERENCE = 2

/**
 * How the host at `uri` confines QEMU, and which user it runs it as: the L2 switch must let that user in. Throws
 * HostError.
 */
export async function hostSecurity(exec: HostExec, uri: string): Promise<HostSecurity> {
  const { parseHostSecurity } = await import('./parse-xml.js')
  return parseHostSecurity((await createVirsh(exec, uri)(['capabilities'])).stdout)
}

/**
 * A Hypervisor that uses libvirt at `uri`. Its methods throw HostError if libvirt cannot be reached. `signal` ends a
 * virsh that runs when it aborts, but none that freezes or thaws: libvirt would go on without it.
 */
export function createVirshHypervisor({
  exec: whole,
  uri,
  clock = systemClock,
  signal,
}: {
  exec: HostExec
  uri: string
  clock?: Clock
  signal?: AbortSignal
}): Hypervisor {
  const exec = signal ? stoppable(whole, signal) : whole
  const virsh = createVirsh(exec, uri)
  let security: Promise<HostSecurity> | undefined
  const confinement = (): Promise<HostSecurity> => (security ??= hostSecurity(exec, uri))

  const list = async (): Promise<Machine[]> =>
    parseDomainList((await virsh(['list --all --uuid --name; domstats --state --raw --nowait'])).stdout)

  /** klab's metadata of these domains, in one process. A domain that vanished in between is simply not among them. */
  const ownership = async (machines: readonly Machine[]): Promise<Map<string, Ownership>> => {
    if (machines.length === 0) return new Map()
    const { parseOwnership } = await import('./parse-xml.js')
    const batch = machines.map((m) => `dumpxml ${m.uuid}`).join('; ')
    return parseOwnership((await virsh([batch], { allowFailure: true })).stdout)
  }

  const openings: Hypervisor['openings'] = async (uuids, bounds, mark) => {
    if (uuids.length === 0) return new Map()
    const batch = uuids.flatMap((uuid) => [`dumpxml ${uuid}`, `dumpxml --inactive ${uuid}`]).join('; ')
    const { stdout } = await virsh([batch], { allowFailure: true })
    return findOpenings(stdout, bounds, mark)
  }

  const find = async (name: string): Promise<Machine | undefined> => (await list()).find((m) => m.name === name)
  const state = async (name: string): Promise<MachineState> => (await find(name))?.state ?? 'absent'

  /** For the waits of one call. A call that begins after the abort is there to clean up. */
  const ending = (): AbortSignal | undefined => (signal?.aborted ? undefined : signal)
  const waitOff = async (name: string, withinMs: number, stop = ending()): Promise<boolean> => {
    const until = clock.monotonic() + withinMs
    for (;;) {
      if (isOff(await state(name))) return true
      if (clock.monotonic() >= until) return false
      await clock.sleep(LOOK_EVERY, stop)
    }
  }

  /** Runs a command. If it fails but the machine is as wanted, that is no failure (somebody else was faster). */
  const attempt = async (
    args: readonly string[],
    name: string,
    wanted: (state: MachineState) => boolean,
  ): Promise<void> => {
    try {
      await virsh(args, { timeoutMs: LONG })
    } catch (error) {
      if (!(error instanceof CommandError) || !wanted(await state(name))) throw error
    }
  }

  const powerOff = async ({ name, uuid }: Machine): Promise<void> => {
    await attempt(['destroy', uuid], name, (s) => isOff(s) || s === 'in-shutdown')
    if (!(await waitOff(name, SETTLE)))
      throw new HostError(english('{name}: its QEMU does not exit', { name }), {
        hint: english('look for a process stuck on I/O: ps -o pid,stat,wchan,cmd -C qemu-system-x86_64'),
      })
  }

  return {
    uri,
    list,
    state,
    openings,

    owned: async (labId) => {
      const machines = await list()
      const marks = await ownership(machines)
      return machines.flatMap((m) => {
        const mark = marks.get(m.uuid)
        return mark && (labId === undefined || mark.labId === labId) ? [{ ...m, ...mark }] : []
      })
    },

    ensureMachine: async (spec) => {
      const { domainXml } = await import('./domain-xml.js')
      const xml = domainXml(spec, { apparmor: (await confinement()).apparmor })
      const same = (await list()).filter((m) => m.name === spec.name || m.uuid === spec.uuid)
      const marks = await ownership(same)
      for (const m of same) {
        const mark = marks.get(m.uuid)
        if (m.name !== spec.name || m.uuid !== spec.uuid || mark?.labId !== spec.labId) {
          throw new StateError(
            english('libvirt already has a domain {name} ({uuid}) that is not {node} of lab {lab}', {
              name: m.name,
              uuid: m.uuid,
              node: spec.node,
              lab: spec.labId,
            }),
            {
              hint: english('look at it: virsh -c {uri} dumpxml {uuid}; rename or undefine it', { uri, uuid: m.uuid }),
            },
          )
        }
        if (mark.specDigest === specDigest(spec)) {
          // The mark says what klab made, not what somebody has changed since.
          const bounds = { internet: spec.mgmt?.internet ?? false, network: spec.net?.network }
          if (!isOff(m.state) || !(await openings([m.uuid], bounds)).has(m.uuid)) return
        } else if (!isOff(m.state)) {
          throw new StateError(
            english("{node} is {state} with other settings than the Labfile's", { node: spec.node, state: m.state }),
            {
              hint: english('stop it first: klab halt, then klab up'),
            },
          )
        }
        // RAM that was saved with the old settings must not be loaded with the new ones.
        await virsh(['managedsave-remove', m.uuid], { allowFailure: true })
      }
      // virsh reads a file only: its stdin is a socket here, which /dev/stdin cannot open.
      const file = join(dirname(spec.consoleLog), 'domain.xml')
      await writeAtomic(file, xml)
      await virsh(['define', '--validate', file])
    },

    start: async (name) => {
      let machine = await find(name)
      if (machine?.state === 'in-shutdown') {
        await waitOff(name, SETTLE)
        machine = await find(name)
      }
      if (!machine) throw new StateError(english('there is no machine {name}', { name }), { hint: 'klab up' })
      if (machine.state === 'running') return
      const verb = machine.state === 'paused' ? 'resume' : machine.state === 'suspended' ? 'dompmwakeup' : 'start'
      await attempt([verb, machine.uuid], name, (s) => s === 'running')
    },

    prefer: async (name) => {
      const machine = await find(name)
      if (machine?.state !== 'running' && machine?.state !== 'paused') return
      // Not in the domain's XML: libvirt would then refuse to start it in session mode, or on a host without the cgroup
      // controller.
      const shares = parseCpuShares((await virsh(['schedinfo', machine.uuid], { allowFailure: true })).stdout)
      if (shares !== undefined && USUAL_SHARES.includes(shares))
        await virsh(['schedinfo', '--live', machine.uuid, `cpu_shares=${shares * PREFERENCE}`], { allowFailure: true })
    },

    stop: async (name, graceMs) => {
      const machine = await find(name)
      if (!machine || isOff(machine.state)) return
      const end = ending()
      if (graceMs > 0) {
        // A paused guest cannot hear the power button.
        if (machine.state === 'paused') await virsh(['resume', machine.uuid], { allowFailure: true })
        await virsh(['shutdown', '--mode', 'acpi', machine.uuid], { allowFailure: true })
        if (await waitOff(name, graceMs, end)) return
      }
      await powerOff(machine)
    },

    removeMachine: async (name) => {
      const machine = await find(name)
      if (!machine) return
      if (!(await ownership([machine])).has(machine.uuid)) {
        // It may be gone by now. Only a domain that exists without our mark belongs to somebody else.
        if ((await state(name)) === 'absent') return
        throw new StateError(
          english("{name} has no metadata of klab's; klab removes only its own machines", { name }),
          {
            hint: english('to remove it yourself: virsh -c {uri} undefine {name}', { uri, name }),
          },
        )
      }
      if (!isOff(machine.state)) await powerOff(machine)
      await attempt(['undefine', machine.uuid, ...UNDEFINE], name, (s) => s === 'absent')
    },

    ...clockMethods({ virsh, find }),
    ...momentMethods({ virsh: createVirsh(whole, uri), clock, list, find, attempt }),
    ...adoptMethods({ virsh, find, security: confinement }),
    ...networkMethods(virsh, uri),
  }
}
