/** A fake world in which one call of a door never comes back by itself: the n-th. */
import { join } from 'node:path'
import type { nodeConditions } from '../../src/api/server.js'
import { createLayers } from '../../src/cache/layers.js'
import { Interrupted } from '../../src/errors.js'
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

/** The world with a call that hangs: number `at`, from 0. As everywhere, what begins after the abort is not stopped. */
export function hangAt(world: FakeWorld, at: number, nodes: readonly string[] = []): Hanging {
  let calls = 0
  let tell: (what: string) => void = () => undefined
  const hung = new Promise<string>((resolve) => (tell = resolve))
  const gate = async <T>(what: string, signal: AbortSignal | undefined, go: () => Promise<T>): Promise<T> => {
    if (world.signal.aborted || calls++ !== at) return go()
    tell(what)
    return never(signal)
  }
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
    hung,
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
