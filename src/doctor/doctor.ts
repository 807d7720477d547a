/**
 * `klab doctor`: what this host must have for a lab, and for each problem the command that fixes it. `up` runs the same
 * checks first.
 */
import { access, constants } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { HostError, KlabError } from '../errors.js'
import { hostDistro, installCommand, type Distro } from '../host/distro.js'
import { readText } from '../host/files.js'
import type { AccelProbe } from '../hypervisor/accel.js'
import type { Lab } from '../labfile/model.js'
import type { World } from '../world.js'
import { apiNodes } from '../cluster/topology.js'
import { portCount } from '../state/endpoints.js'
import { allocatePorts, reservedPorts } from '../state/ports.js'
import type { Check } from './check.js'
import { consoleCheck } from './console.js'
import { lingerCheck } from './linger.js'
import { labToolChecks, type CachedParts } from './tools.js'
import { networkChecks } from './network.js'
import { openingChecks } from './openings.js'
import { orphanChecks } from './orphans.js'
import { existingAbove, roomChecks } from './capacity.js'
import { english } from '../words/say.js'

/** If libvirt answers within this many ms, it used its capability cache (field notes: 20 ms with, 2 to 8 s without). */
const CACHED_MS = 1000

/**
 * Whether libvirt answers, and answers from its cache. If QEMU's user and libvirtd disagree about /dev/kvm, it probes
 * QEMU again at every call.
 */
async function libvirtCheck(world: World): Promise<Check> {
  const { uri } = world.hypervisor
  const name = `libvirt ${uri}`
  try {
    await world.hypervisor.list()
    const ask = (): Promise<unknown> =>
      world.host.run(['virsh', '-q', '-c', uri, 'domcapabilities'], { timeoutMs: 60_000 })
    await ask()
    const started = performance.now()
    await ask()
    const ms = Math.round(performance.now() - started)
    return ms < CACHED_MS
      ? { name, state: 'ok', found: english('answers; capabilities in {ms} ms', { ms }) }
      : {
          name,
          state: 'warn',
          found: english('asks QEMU again at every call ({ms} ms): libvirtd can open /dev/kvm, QEMU’s user cannot', {
            ms,
          }),
          fix: 'sudo chgrp kvm /dev/kvm && sudo chmod 660 /dev/kvm',
        }
  } catch (error) {
    if (!(error instanceof KlabError)) throw error
    return {
      name,
      state: 'missing',
      found: error.message.split('\n')[0] ?? '',
      ...(error.hint === undefined ? {} : { fix: error.hint }),
    }
  }
}

/** Whether KVM really works. Only with `accel: kvm` is a missing KVM an error. */
export function accelCheck(lab: Lab, probe: AccelProbe): Check {
  if (lab.hypervisor.accel === 'tcg')
    return { name: 'accelerator', state: 'ok', found: english('tcg, as the Labfile says') }
  if (probe.accel === 'kvm') return { name: 'accelerator', state: 'ok', found: english('KVM (a probe guest ran)') }
  const { why } = probe
  return lab.hypervisor.accel === 'kvm'
    ? {
        name: 'accelerator',
        state: 'missing',
        found: english('KVM is not usable: {why}', { why }),
        fix: english('set hypervisor.accel to auto in the Labfile; or switch virtualisation on in the firmware'),
      }
    : {
        name: 'accelerator',
        state: 'ok',
        found: english('software emulation (TCG), slow-host profile; KVM is not usable: {why}', { why }),
      }
}

/** Limits that Kubernetes in a guest never sees, but QEMU on the host does: processes of this cgroup. */
async function cgroupCheck(): Promise<Check> {
  const max = (await readText('/sys/fs/cgroup/pids.max').catch(() => undefined))?.trim()
  const limit = Number(max)
  return Number.isFinite(limit) && limit < 512
    ? {
        name: 'cgroup',
        state: 'warn',
        found: english('at most {limit} processes and threads', { limit }),
        fix: english('raise pids.max (TasksMax=) to 512 or more'),
      }
    : {
        name: 'cgroup',
        state: 'ok',
        found:
          max === undefined || max === 'max'
            ? english('no limit on processes')
            : english('{limit} processes', { limit }),
      }
}

/** An ordinary user builds the base image in a user namespace. */
async function namespaceCheck(world: World, distro: Distro): Promise<readonly Check[]> {
  if (world.env.uid === 0) return []
  const subuid = (await readText('/etc/subuid')) ?? ''
  const entry = new RegExp(`^(${world.env.user}|${world.env.uid}):`, 'm').test(subuid)
  const tool = await world.host.which('newuidmap')
  if (entry && tool !== undefined)
    return [{ name: 'user namespaces', state: 'ok', found: english('subordinate ids and newuidmap are there') }]
  return [
    {
      name: 'user namespaces',
      state: 'missing',
      found:
        tool === undefined
          ? english('newuidmap is missing')
          : english('no line for {user} in /etc/subuid', { user: world.env.user }),
      fix:
        tool === undefined
          ? installCommand(distro, ['uidmap'])
          : `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${world.env.user}`,
    },
  ]
}

/** In user mode, SSH of every node and each API server need one port each on 127.0.0.1. */
async function portCheck(world: World, lab: Lab): Promise<readonly Check[]> {
  const count = portCount(lab, apiNodes(lab))
  if (count === 0) return []
  try {
    const ports = await allocatePorts(count, await reservedPorts(world.roots.state), lab.name)
    return [
      {
        name: 'ports',
        state: 'ok',
        found: english('{count} free on 127.0.0.1, such as {port}', { count, port: ports[0] ?? '' }),
      },
    ]
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return [{ name: 'ports', state: 'missing', found: error.message, fix: error.hint ?? 'ss -lnt' }]
  }
}

/** Whether klab can write to the folder, or to the one in which it would be made. */
async function writableCheck(dir: string): Promise<Check> {
  const at = await existingAbove(dir)
  const ok = await access(at, constants.W_OK).then(
    () => true,
    () => false,
  )
  return ok
    ? { name: `folder ${dir}`, state: 'ok', found: english('writable') }
    : {
        name: `folder ${dir}`,
        state: 'missing',
        found: english('{dir} cannot be written', { dir: at }),
        fix: `sudo chown $USER ${at}`,
      }
}

/** What a lab already has on this host. */
export interface HostState {
  /** Nodes whose machine runs or is paused: they already have their memory. */
  readonly running: readonly string[]
  /** What is in the cache, so that the tools to make it are not needed. */
  readonly cached: CachedParts
}

/** All checks for a lab (`id`: its own network is no clash; `distro`: this host’s unless told). */
export async function checkHost(
  world: World,
  lab: Lab,
  o: HostState & { readonly accel: AccelProbe; readonly id?: string; readonly distro?: Distro },
): Promise<readonly Check[]> {
  const distro = o.distro ?? (await hostDistro())
  const build = !o.cached.image && lab.image.kind === 'builtin'
  const checks = await Promise.all([
    labToolChecks(world, lab, o.cached, distro),
    libvirtCheck(world).then((c) => [c]),
    Promise.resolve([accelCheck(lab, o.accel)]),
    roomChecks(world, lab, o.running),
    Promise.all([world.roots.state, world.roots.cache, world.roots.run].map(writableCheck)),
    portCheck(world, lab),
    networkChecks(world, lab, { id: o.id, distro }).catch(unreachable),
    openingChecks(world, lab, o.id).catch(unreachable),
    orphanChecks(world, o.id).catch(unreachable),
    consoleCheck(world).then((c) => [c]),
    lingerCheck(world),
    cgroupCheck().then((c) => [c]),
    build ? namespaceCheck(world, distro) : [],
  ])
  return checks.flat()
}

/** libvirtCheck reports it. */
const unreachable = (error: unknown): readonly Check[] => {
  if (!(error instanceof HostError)) throw error
  return []
}

/**
 * Throws HostError that lists what is missing, with the commands that fix it. `force`: all except what may be tried.
 */
export function requireFit(checks: readonly Check[], { force = false } = {}): void {
  const missing = checks.filter((c) => c.state === 'missing' && !(force && c.mayTry === true))
  if (missing.length === 0) return
  const list = missing.map((c) => `  ${english('{check}: {found}', { check: c.name, found: c.found })}`).join('\n')
  throw new HostError(english('this host lacks what the lab needs:\n{list}', { list }), {
    hint: [...new Set(missing.map((c) => c.fix).filter((f) => f !== undefined))].join('\n     ') || 'klab doctor',
  })
}
