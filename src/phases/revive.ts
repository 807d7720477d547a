/**
 * Repairs nodes that stay NotReady because somebody stopped or masked a service, or changed their name or address (a
 * lesson in finding faults that was not tidied up). After a while `up` restores it and says what it was.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { topologyOf } from '../cluster/topology.js'
import { KlabError } from '../errors.js'
import { tail } from '../host/tail.js'
import { connect } from '../node/connections.js'
import type { LabRun } from '../world.js'

const MINUTE = 60_000

/**
 * Puts back a node's host name, its lines of /etc/hosts and its address on the lab's card, and starts those `units`
 * that do not run. Tells what it was. Throws ProbeError, CommandError.
 */
export async function putBack(
  run: LabRun,
  node: string,
  units: readonly string[],
  line: (text: string) => void,
): Promise<void> {
  const { nodes, network } = run.lab
  const prefix = network.cidr.split('/')[1] ?? '24'
  const ip = nodes.find((n) => n.name === node)?.ip ?? ''
  const own = [node, `${ip}/${prefix}`, nodes.map((n) => `${n.ip} ${n.name}`).join('\n'), String(network.internet)]
  const guest = await connect(run, node)
  const script = await readFile(join(run.world.assets, 'cloud-init', 'renew', 'node.sh'), 'utf8')
  const { stdout } = await guest.sudo(script, [...own, ...units], { what: 'looking for changed settings' })
  for (const said of tail(stdout).split('\n').filter(Boolean)) line(`${node}: ${said}`)
}

/**
 * Returns a function that gets, at each look, the nodes that are not Ready. A node that has not been Ready for a minute
 * (multiplied by the profile's patience) is repaired, once. Never throws for a node that cannot be reached.
 */
export function reviver(run: LabRun, line: (text: string) => void): (notReady: readonly string[]) => Promise<void> {
  const { clock } = run.world
  const since = new Map<string, number>()
  const done = new Set<string>()
  const topology = topologyOf(run.lab)
  const shared = new Set(topology?.shared ? topology.controlPlanes.map((n) => n.name) : [])
  const unitsOf = (node: string): readonly string[] => [
    run.lab.kubernetes?.runtime ?? 'docker',
    'kubelet',
    ...(shared.has(node) ? ['haproxy', 'keepalived'] : []),
  ]
  const revive = async (node: string): Promise<void> => {
    done.add(node)
    try {
      await putBack(run, node, unitsOf(node), line)
    } catch (error) {
      if (!(error instanceof KlabError) || error.code === 'interrupted') throw error
      line(`${node}: ${error.message.split('\n')[0] ?? ''}`)
    }
  }
  return async (notReady) => {
    const now = clock.monotonic()
    for (const node of since.keys()) if (!notReady.includes(node)) since.delete(node)
    for (const node of notReady) since.set(node, since.get(node) ?? now)
    const late = notReady.filter((n) => !done.has(n) && now - (since.get(n) ?? now) >= MINUTE * run.profile.patience)
    await Promise.all(late.map(revive))
  }
}
