/** A fake world in which one call of a door never comes back by itself: the n-th. */
import { join } from 'node:path'
import type { nodeConditions } from '../../src/api/server.js'
import { createLayers } from '../../src/cache/layers.js'
import { HostError, Interrupted } from '../../src/errors.js'
import type { Guest } from '../../src/guest/types.js'
import { stoppable } from '../../src/host/stoppable.js'
import type { HostExec } from '../../src/host/types.js'
import type { FakeWorld } from './world.js'

/** What the world does; `hung` resolves when the n-th call has come, with its name. */
export interface Hanging {
  readonly world: FakeWorld
  readonly hung: Promise<string>
  /** The API server, which calls every node Ready. */
  readonly ask: typeof nodeConditions
}

/** Ends with the signal, and only so. */
const never = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(new Interrupted())
    signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true })
  })

/** Every call of a door goes through it: what it is, in words; the signal that ends it; the call itself. */
type Gate = <T>(what: string, signal: AbortSignal | undefined, go: () => Promise<T>) => Promise<T>

/** The world with a call that hangs: number `at`, from 0. As everywhere, what begins after the abort is not stopped. */
export function hangAt(world: FakeWorld, at: number, nodes: readonly string[] = []): Hanging {
  let calls = 0
  let tell: (what: string) => void = () => undefined
  const hung = new Promise<string>((resolve) => (tell = resolve))
  const gate: Gate = async (what, signal, go) => {
    if (world.signal.aborted || calls++ !== at) return go()
    tell(what)
    return never(signal)
  }
  return { hung, ...gated(world, nodes, gate) }
}

/** Calls of killed klabs: what they hold open must not be closed behind Node's back, which warns of it. */
const dead: Promise<never>[] = []

/** The world of a klab that gets SIGKILL at call number `at`, from 0: this call and all later ones never come back. */
export function killAt(world: FakeWorld, at: number, nodes: readonly string[] = []): Hanging {
  let calls = 0
  let tell: (what: string) => void = () => undefined
  const hung = new Promise<string>((resolve) => (tell = resolve))
  const gate: Gate = (what, _signal, go) => {
    if (calls++ < at) return go()
    tell(what)
    const never = new Promise<never>(() => undefined)
    dead.push(never)
    return never
  }
  return { hung, ...gated(world, nodes, gate) }
}

/** The world in which libvirt is away at its call number `at`, from 0, and back at the next: libvirtd restarts. */
export function restartAt(world: FakeWorld, at: number): { readonly world: FakeWorld; readonly calls: () => number } {
  let calls = 0
  const hypervisor = new Proxy(world.hypervisor, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) =>
        calls++ === at
          ? Promise.reject(new HostError('libvirt cannot be reached', { hint: 'start libvirt' }))
          : (method.apply(target, args) as unknown)
    },
  })
  return { world: { ...world, hypervisor }, calls: () => calls }
}

function gated(world: FakeWorld, nodes: readonly string[], gate: Gate): Omit<Hanging, 'hung'> {
  const { signal } = world
  /** What is real elsewhere is too slow for a call in turn. */
  const run: HostExec['run'] = (argv, o) =>
    argv[0] === 'flock' || argv[0] === 'sync'
      ? Promise.resolve({ stdout: '', stderr: '', exitCode: 0, durationMs: 0 })
      : world.host.run(argv, o)
  const host: HostExec = stoppable(
    { ...world.host, run: (argv, o = {}) => gate(`host: ${argv.join(' ')}`, o.signal, () => run(argv, o)) },
    signal,
  )
  /** Every method of a door that makes its calls through such a host. */
  const door = <T extends object>(name: string, real: T): T =>
    new Proxy(real, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key)
        if (typeof method !== 'function') return method
        return (...args: unknown[]) =>
          gate(
            `${name}.${String(key)} ${String(args[0])}`,
            signal,
            () => method.apply(target, args) as Promise<unknown>,
          )
      },
    })
  const guestDoor = (guest: Guest, own: AbortSignal): Guest => ({
    ...guest,
    run: (argv, o = {}) => gate(`${guest.node}: ${argv.join(' ')}`, o.signal ?? own, () => guest.run(argv, o)),
    sudo: (script, args, o = {}) =>
      gate(`${guest.node}: ${script}`, o.signal ?? own, () => guest.sudo(script, args, o)),
    put: (files) => gate(`${guest.node}: put`, own, () => guest.put(files)),
  })
  const r = world.roots
  return {
    // It gives no answer when it is stopped, and throws nothing.
    ask: (_kubeconfig, _ms, own) =>
      gate('the API server', own, () => Promise.resolve(new Map(nodes.map((n) => [n, true])))).catch(() => undefined),
    world: {
      ...world,
      host,
      hypervisor: door('hypervisor', world.hypervisor),
      l2: door('l2', world.l2),
      iso: door('iso', world.iso),
      layers: createLayers({ dir: join(r.cache, 'layers'), exec: host, clock: world.clock, dirMode: r.dirMode }),
      clock: {
        ...world.clock,
        now: () => world.clock.now(),
        sleep: (ms, own) => gate(`sleep ${ms}`, own, () => world.clock.sleep(ms, own)),
      },
      guests: {
        ...world.guests,
        connect: (address, o) =>
          gate(`connect ${address.node}`, o.signal, async () =>
            guestDoor(await world.guests.connect(address, o), o.signal),
          ),
      },
    },
  }
}
