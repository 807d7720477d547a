/**
 * How people and klab reach the nodes: their addresses and ports, the lab's SSH key, each guest's host key, ssh_config.
 * Part of phase `network`.
 */
import { join } from 'node:path'
import { knownHosts, sshConfig } from '../guest/ssh-config.js'
import { ensureDir, writeAtomic } from '../host/files.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import { forwardsOf, portsOf, accessTitle } from '../state/endpoints.js'
import { ensureKeyPair } from '../state/keys.js'
import { allocatePorts, isFree, reservedPorts } from '../state/ports.js'
import { writeRecord, type NodePorts } from '../state/record.js'
import { guestAddress } from './machine.js'
import { domainName } from './names.js'
import type { LabRun } from '../world.js'

/** Nodes whose ports were taken by another program while their machine was off. */
async function nodesWithTakenPorts(run: LabRun): Promise<readonly NodeSpec[]> {
  const running = new Set(
    (await run.world.hypervisor.list()).filter((m) => m.state === 'running' || m.state === 'paused').map((m) => m.name),
  )
  const taken = await Promise.all(
    run.lab.nodes.map(async (n) => {
      if (running.has(domainName(run.id, n.name))) return false
      const free = await Promise.all(forwardsOf(run.record, n.name).map((f) => isFree(f.hostPort)))
      return free.includes(false)
    }),
  )
  return run.lab.nodes.filter((_, i) => taken[i])
}

/** Gives these nodes free ports and records them. */
async function movePorts(run: LabRun, nodes: readonly NodeSpec[]): Promise<void> {
  const held = new Set([
    ...(await reservedPorts(run.world.roots.state, run.id)),
    ...Object.values(run.record.ports).flatMap((p) => [p.ssh, p.api ?? p.ssh]),
  ])
  const ports = { ...run.record.ports }
  for (const node of nodes) {
    const [ssh, api] = await allocatePorts(2, held, `${run.id} ${node.name}`)
    if (ssh === undefined || api === undefined) throw new TypeError('no ports')
    held.add(ssh).add(api)
    const moved: NodePorts = portsOf(run.record, node.name).api === undefined ? { ssh } : { ssh, api }
    ports[node.name] = moved
  }
  run.record = { ...run.record, ports }
  await writeRecord(run.paths.record, run.record)
}

/** ssh_config and known_hosts, for klab's own ssh and everybody else's. */
export async function writeSshFiles(run: Pick<LabRun, 'paths' | 'record' | 'lab'>): Promise<void> {
  const { paths, record, lab } = run
  const hosts = await Promise.all(lab.nodes.map((n) => guestAddress(paths, record, n.name)))
  await writeAtomic(paths.knownHosts, knownHosts(hosts))
  await writeAtomic(paths.sshConfig, sshConfig(hosts, { key: paths.key, knownHosts: paths.knownHosts }))
}

/** Ports, keys, ssh_config. */
export const accessStep = (run: LabRun): Step => ({
  id: 'network/access',
  title: `${accessTitle(run.lab)}, SSH keys`,
  run: async ({ line }) => {
    const { paths, world, lab, id } = run
    const moved = await nodesWithTakenPorts(run)
    if (moved.length > 0) {
      await movePorts(run, moved)
      line(`another program uses the ports of ${moved.map((n) => n.name).join(', ')}: klab chose new ones`)
    }
    await ensureKeyPair(paths.key, `klab ${id}`)
    await ensureDir(join(paths.dir, 'nodes'), world.roots.dirMode)
    for (const n of lab.nodes) {
      await ensureDir(paths.node(n.name).dir, world.roots.dirMode)
      await ensureKeyPair(paths.node(n.name).hostKey, `klab ${id} ${n.name}`)
    }
    await writeSshFiles(run)
  },
})
