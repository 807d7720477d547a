/**
 * How people and klab reach the nodes: their addresses and ports, the lab's SSH key, each guest's host key, ssh_config.
 * Part of phase `network`.
 */
import { join } from 'node:path'
import { HostError } from '../errors.js'
import { knownHosts, sshConfig } from '../guest/ssh-config.js'
import { ensureDir, writeAtomic } from '../host/files.js'
import type { NodeSpec, PortForward } from '../labfile/model.js'
import type { Step } from '../step.js'
import { accessTitle, namedForwards, ownForwards, portsOf } from '../state/endpoints.js'
import { ensureKeyPair } from '../state/keys.js'
import { allocatePorts, isFree, reservedPorts } from '../state/ports.js'
import { writeRecord, type NodePorts } from '../state/record.js'
import { guestAddress } from './machine.js'
import { domainName } from './names.js'
import { english } from '../words/say.js'
import type { LabRun } from '../world.js'

/** The nodes whose machines do not run, so that their ports must be free. */
async function nodesAtRest(run: LabRun): Promise<readonly NodeSpec[]> {
  const running = new Set(
    (await run.world.hypervisor.list()).filter((m) => m.state === 'running' || m.state === 'paused').map((m) => m.name),
  )
  return run.lab.nodes.filter((n) => !running.has(domainName(run.id, n.name)))
}

const haveTaken = async (forwards: readonly PortForward[]): Promise<readonly number[]> => {
  const free = await Promise.all(forwards.map((f) => isFree(f.hostPort)))
  return forwards.flatMap((f, i) => (free[i] === true ? [] : [f.hostPort]))
}

/** Nodes whose ports were taken by another program while their machine was off. */
async function nodesWithTakenPorts(run: LabRun, nodes: readonly NodeSpec[]): Promise<readonly NodeSpec[]> {
  const taken = await Promise.all(nodes.map((n) => haveTaken(ownForwards(run.record, n.name))))
  return nodes.filter((_, i) => (taken[i] ?? []).length > 0)
}

/** Throws HostError if a port that the Labfile names is not free. */
async function requireNamedPorts(run: LabRun, nodes: readonly NodeSpec[]): Promise<void> {
  for (const { name } of nodes) {
    const [port] = await haveTaken(namedForwards(run.record, name))
    if (port !== undefined)
      throw new HostError(
        english('port {port} of 127.0.0.1, which the Labfile forwards to {name}, is taken', { port, name }),
        {
          hint: english('see who listens there: ss -lntp "sport = :{port}"; or name another port in the Labfile', {
            port,
          }),
        },
      )
  }
}

/** Gives these nodes free ports and records them. */
async function movePorts(run: LabRun, nodes: readonly NodeSpec[]): Promise<void> {
  const held = new Set([
    ...(await reservedPorts(run.world.roots.state, run)),
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
  title: english('{access}, SSH keys', { access: accessTitle(run.lab) }),
  run: async ({ line }) => {
    const { paths, world, lab, id } = run
    const resting = await nodesAtRest(run)
    await requireNamedPorts(run, resting)
    const moved = await nodesWithTakenPorts(run, resting)
    if (moved.length > 0) {
      await movePorts(run, moved)
      const nodes = moved.map((n) => n.name).join(', ')
      line(english('another program uses the ports of {nodes}: klab chose new ones', { nodes }))
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
