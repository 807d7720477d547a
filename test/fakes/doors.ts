/** The façade's doors onto a fake world. */
import type { Doors } from '../../src/lab/doors.js'
import type { Clock } from '../../src/host/types.js'
import type { FakeWorld } from './world.js'

export interface FakeDoors extends Doors {
  /** What klab would have started in the background. */
  readonly started: (readonly string[])[]
}

export function fakeDoors(world: Omit<FakeWorld, 'clock'> & { readonly clock: Clock }): FakeDoors {
  const started: (readonly string[])[] = []
  const { env, host, clock, assets, signal } = world
  return {
    env,
    host,
    clock,
    assets,
    signal,
    started,
    world: () => Promise.resolve(world),
    hypervisor: () => Promise.resolve(world.hypervisor),
    probeAccel: () => Promise.resolve({ accel: 'tcg', why: 'a test' }),
    background: (args) => Promise.resolve(void started.push(args)),
  }
}
