/** Phase `machines`: disk, seed and domain of each node. */
import { join } from 'node:path'
import { seedFiles } from '../cloudinit/seed.js'
import { CorruptError, StateError } from '../errors.js'
import { exists, readText } from '../host/files.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import { diskOf, identityOf, type SealedImage } from '../state/record.js'
import { isoOf } from '../node-image/artifacts.js'
import { nodeImageKey } from '../node-image/bake.js'
import { createOverlay } from '../node/disk.js'
import { digest } from '../node/guest-phase.js'
import { machineSpec } from '../node/machine.js'
import { domainName } from '../node/names.js'
import { segmentOf } from '../network/segment.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const quiet = (): void => undefined

/** The seed of one node. Holds the guest's private host key. */
async function writeSeed(run: LabRun, node: NodeSpec): Promise<void> {
  const { lab, paths, world } = run
  const identity = identityOf(run.record)
  const files = paths.node(node.name)
  const [login, host, hostPrivate] = await Promise.all([
    readText(`${paths.key}.pub`),
    readText(`${files.hostKey}.pub`),
    readText(files.hostKey),
  ])
  if (login === undefined || host === undefined || hostPrivate === undefined)
    throw new CorruptError(english('{node}: keys vanished', { node: node.name }), { hint: 'klab up' })
  const content = seedFiles({
    // The instance id is that of the disk: a new disk is a new instance, a reboot is not.
    instanceId: `${identity}-${node.name}-${digest(host).slice(0, 12)}`,
    node: node.name,
    hosts: lab.nodes.map((n) => ({ ip: n.ip, name: n.name })),
    user: lab.os.user,
    authorizedKeys: [login.trim(), ...lab.os.authorizedKeys],
    hostKey: { private: hostPrivate, public: host.trim() },
    timezone: lab.os.timezone,
    locale: lab.os.locale,
    timeServers: lab.os.timeServers,
    ...segmentOf(run).seed(node),
  })
  await world.iso.seed(files.seed, { ...content })
}

/** What the machines start from, by key. Throws StateError if it is gone since it was made. */
async function cachedImage(run: LabRun): Promise<SealedImage> {
  const [base, bundle, key] = await Promise.all([
    run.artifacts.base(quiet),
    run.artifacts.bundle(quiet),
    nodeImageKey(run),
  ])
  const layer = await run.world.layers.get(key)
  if (layer === undefined) throw new StateError(english('the node image is gone from the cache'), { hint: 'klab up' })
  return { disk: join(layer, 'disk.qcow2'), boot: base.boot, ...(bundle && { iso: isoOf(bundle) }) }
}

/** Makes what one node needs before it can boot. */
export function machineStep(run: LabRun, node: NodeSpec): Step {
  const { world, paths } = run
  return {
    id: `machines/${node.name}`,
    title: english('{node} {ip}, {cpus} cpus, {memory} MiB, {disk} GiB', {
      node: node.name,
      ip: node.ip,
      cpus: node.cpus,
      memory: node.memoryMiB,
      disk: node.diskGiB,
    }),
    run: async () => {
      const state = await world.hypervisor.state(domainName(run.id, node.name))
      if (state === 'running' || state === 'paused') return 'already'
      const files = paths.node(node.name)
      const image = run.record.image ?? (await cachedImage(run))
      const disk = diskOf(run.record, paths, node.name)
      // A new overlay in place of the one from a snapshot would be an empty machine with the old name.
      if (disk !== files.disk && !(await exists(disk)))
        throw new CorruptError(english('{path}: the disk of {node} is gone', { path: disk, node: node.name }), {
          hint: english('klab snapshot list, then klab snapshot restore NAME'),
        })
      if (image.disk !== undefined) await createOverlay(world.host, disk, image.disk, node.diskGiB)
      if (!(await exists(files.seed))) await writeSeed(run, node)
      const nicsOf = await segmentOf(run).ensure()
      await world.hypervisor.ensureMachine(
        machineSpec(run, node, { boot: image.boot, bundleIso: image.iso, nics: nicsOf(node.name) }),
      )
    },
  }
}
