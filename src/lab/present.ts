/** What this host already has of a lab: machines that run, and what is in the cache. */
import { sharedEndpoint } from '../cluster/topology.js'
import type { HostState } from '../doctor/doctor.js'
import { settledLab } from '../labfile/settled-bundle.js'
import { HostError } from '../errors.js'
import type { World } from '../world.js'
import type { OpenLab } from './open.js'

/** Only looks; makes and downloads nothing. */
export async function hostState(world: World, open: Pick<OpenLab, 'id' | 'lab' | 'bundle'>): Promise<HostState> {
  const machines = await world.hypervisor.owned(open.id).catch((error: unknown) => {
    // The check of libvirt reports it.
    if (!(error instanceof HostError)) throw error
    return []
  })
  const running = machines.filter((m) => m.state !== 'shut-off' && m.state !== 'crashed').map((m) => m.node)
  return { running, cached: await cachedOf(world, settledLab(open.lab, open.bundle)) }
}

/**
 * Asks the makers themselves what they would take from the cache. In this world nothing can be made, so they stop
 * there.
 */
async function cachedOf(world: World, lab: OpenLab['lab']): Promise<HostState['cached']> {
  const never = (): never => {
    throw new Error('not in the cache')
  }
  const looking: World = {
    ...world,
    host: { ...world.host, run: never, filter: never, spawnDetached: never },
    layers: { ...world.layers, build: async (key) => (await world.layers.get(key)) ?? never() },
    // Downloads end at once.
    signal: AbortSignal.abort(),
  }
  const [{ bundleContext }, { ensureBaseImage }, { makeBundle }] = await Promise.all([
    import('../node-image/artifacts.js'),
    import('../base-image/base.js'),
    import('../bundle/ensure.js'),
  ])
  const context = bundleContext(looking, () => undefined)
  const there = (made: Promise<unknown>): Promise<boolean> =>
    made.then(
      () => true,
      // If something is wrong with it, `up` finds out when it makes it.
      () => false,
    )
  const { image, kubernetes } = lab
  const [hasImage, hasBundle] = await Promise.all([
    image.kind === 'builtin' && there(ensureBaseImage(image, { ...context, balancer: sharedEndpoint(lab) !== null })),
    // A folder needs nothing to be made, and it takes long to read.
    kubernetes && kubernetes.bundle.source !== 'dir' && there(makeBundle(kubernetes, context)),
  ])
  return { image: hasImage, bundle: hasBundle === true }
}
