/**
 * The doors of one program: how klab reaches libvirt, guests, files and the clock. They are loaded when they are
 * needed.
 */
import { join } from 'node:path'
import { HostError } from '../errors.js'
import { systemClock } from '../host/clock.js'
import { createExec } from '../host/exec.js'
import { nodeProgram } from '../host/process.js'
import { stoppable } from '../host/stoppable.js'
import type { Clock, HostEnv, HostExec } from '../host/types.js'
import type { AccelProbe } from '../hypervisor/accel.js'
import type { Hypervisor } from '../hypervisor/types.js'
import type { Lab } from '../labfile/model.js'
import { cachePaths, roots } from '../state/paths.js'
import type { World } from '../world.js'
import { english } from '../words/say.js'

/** Tests pass fakes. */
export interface Doors {
  readonly env: HostEnv
  readonly host: HostExec
  readonly clock: Clock
  /** Folder of klab's own files: cloud-init/, docs/, labs/. */
  readonly assets: string
  /** Asks everything that runs to stop. */
  readonly signal: AbortSignal
  /** All doors. `lab` says which libvirt; undefined: this user's default. */
  world(lab: Pick<Lab, 'hypervisor'> | undefined): Promise<World>
  /** Only what `status` needs. */
  hypervisor(uri: string): Promise<Pick<Hypervisor, 'list' | 'openings'>>
  /** Which accelerator really works for this lab (a probe guest runs, unless the Labfile names TCG). */
  probeAccel(lab: Pick<Lab, 'hypervisor'>): Promise<AccelProbe>
  /** Starts klab itself with these arguments, detached from this process and its terminal. */
  background(args: readonly string[]): Promise<void>
}

/** The real ones. */
export function createDoors(o: Pick<Doors, 'env' | 'assets' | 'signal'>): Doors {
  const { env, assets, signal } = o
  const host = createExec(env)
  const stopping = stoppable(host, signal)
  const uriOf = async (lab: Pick<Lab, 'hypervisor'> | undefined): Promise<string> => {
    const { defaultUri } = await import('../hypervisor/virsh-run.js')
    return lab === undefined || lab.hypervisor.uri === 'auto' ? defaultUri(env.uid) : lab.hypervisor.uri
  }
  const hypervisor = async (uri: string, exec: HostExec = host) =>
    (await import('../hypervisor/virsh.js')).createVirshHypervisor({ exec, uri, signal })
  // For verbs that only look: after an abort they begin nothing more. Other verbs use virsh after it to clean up.
  const looking: HostExec = { ...host, run: (argv, options) => host.run(argv, { signal, ...options }) }
  const qemuUser = async (uri: string) => {
    const { hostSecurity } = await import('../hypervisor/virsh.js')
    return (await hostSecurity(stopping, uri)).qemuUser
  }

  const world = async (lab: Pick<Lab, 'hypervisor'> | undefined): Promise<World> => {
    const [{ createGuests }, { createLayers }, { createL2Switch }, { makeSeedIso }] = await Promise.all([
      import('../guest/ssh.js'),
      import('../cache/layers.js'),
      import('../hypervisor/l2-switch.js'),
      import('../hypervisor/make-iso.js'),
    ])
    const uri = await uriOf(lab)
    const r = roots(env)
    // Asked only when a switch is made: doctor must work without libvirt.
    const bare = createL2Switch({ exec: stopping })
    const l2 = async () => createL2Switch({ exec: stopping, qemuUser: await qemuUser(uri) })
    return {
      env,
      host: stopping,
      clock: systemClock,
      hypervisor: await hypervisor(uri),
      l2: {
        ensure: async (d) => (await l2()).ensure(d),
        running: (d) => bare.running(d),
        remove: (d) => bare.remove(d),
      },
      guests: createGuests({ clock: systemClock }),
      layers: createLayers({
        dir: cachePaths(r).layers,
        exec: stopping,
        clock: systemClock,
        dirMode: r.dirMode,
        holder: { verb: 'klab', pid: env.pid },
      }),
      roots: r,
      iso: { seed: (path, files) => makeSeedIso(stopping, { path, files }) },
      assets,
      signal,
    }
  }

  return {
    env,
    host,
    clock: systemClock,
    assets,
    signal,
    world,
    hypervisor: (uri) => hypervisor(uri, looking),
    probeAccel: async (lab) => {
      const { probeAccel } = await import('../hypervisor/accel.js')
      if (lab.hypervisor.accel === 'tcg') return { accel: 'tcg', why: english('the Labfile says so') }
      const user = await qemuUser(await uriOf(lab)).catch(() => undefined)
      // doctor reports a missing QEMU, together with all else that is missing.
      return probeAccel(stopping, env.uid === 0 && user ? { qemuUser: user } : {}).catch((error: unknown) => {
        if (!(error instanceof HostError)) throw error
        return { accel: 'tcg', why: error.message }
      })
    },
    background: async (args) => {
      await host.spawnDetached([nodeProgram(), join(assets, 'dist', 'main.js'), ...args])
    },
  }
}
