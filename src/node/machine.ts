/** From lab and node to machine: names, addresses, disks, boot. */
import type { GuestAddress } from '../guest/types.js'
import { readText } from '../host/files.js'
import type { BootSpec, DiskSpec, MachineBase, Nics } from '../hypervisor/types.js'
import { StateError } from '../errors.js'
import type { NodeSpec } from '../labfile/model.js'
import type { LabPaths } from '../state/paths.js'
import { sshEndpoint } from '../state/endpoints.js'
import { diskOf, type LabRecord } from '../state/record.js'
import { domainName, machineUuid } from './names.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/**
 * Words for the kernel of an emulated CPU, where a timer's interrupt and a wake-up on the other CPU are dear
 * (docs/benchmarks.md). Timers may come 5 ms late (prctl(2), PR_SET_TIMERSLACK; klab's initramfs sets it): Go programs
 * ask for 20 µs again and again. Go daemons that systemd starts use one CPU each (systemd.system(5), systemd.setenv).
 */
const EMULATED = 'klab.timerslack=5000000 systemd.setenv=GOMAXPROCS=1'

/** How this machine boots. An image with its own boot loader keeps its own words. */
const bootOf = (boot: BootSpec, accel: LabRun['accel']): BootSpec =>
  accel === 'tcg' && boot.kind === 'direct' ? { ...boot, cmdline: `${boot.cmdline} ${EMULATED}` } : boot

/** The machine of one node, with these cards (segment.ts). */
export function machineSpec<N extends Nics>(
  run: Pick<LabRun, 'id' | 'lab' | 'paths' | 'record' | 'accel'>,
  node: NodeSpec,
  { boot, bundleIso, nics }: { readonly boot: BootSpec; readonly bundleIso: string | undefined; readonly nics: N },
): MachineBase & N {
  const paths = run.paths.node(node.name)
  const disks: DiskSpec[] = [
    { path: diskOf(run.record, run.paths, node.name), format: 'qcow2', target: 'vda', readonly: false },
    { path: paths.seed, format: 'raw', target: 'vdb', readonly: true },
  ]
  if (bundleIso !== undefined) disks.push({ path: bundleIso, format: 'raw', target: 'vdc', readonly: true })
  return {
    name: domainName(run.id, node.name),
    uuid: machineUuid(run.id, node.name),
    labId: run.id,
    node: node.name,
    accel: run.accel,
    cpus: node.cpus,
    memoryMiB: node.memoryMiB,
    boot: bootOf(boot, run.accel),
    disks,
    consoleLog: paths.console,
    ...nics,
  }
}

/** Where and how to reach a node over SSH. Throws StateError if the lab's keys are missing. */
export async function guestAddress(paths: LabPaths, record: LabRecord, node: string): Promise<GuestAddress> {
  const [privateKey, hostKey] = await Promise.all([readText(paths.key), readText(`${paths.node(node).hostKey}.pub`)])
  if (privateKey === undefined || hostKey === undefined)
    throw new StateError(english("{node}: the lab's SSH keys are missing", { node }), {
      hint: english('klab destroy, then klab up'),
    })
  const at = sshEndpoint(record, node)
  if (!at) throw new StateError(english('{node}: no ports are recorded for this node', { node }), { hint: 'klab up' })
  return {
    node,
    ...at,
    user: record.lab.os.user,
    privateKey,
    hostKey: hostKey.trim().split(' ').slice(0, 2).join(' '),
  }
}
