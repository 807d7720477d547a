/**
 * Repairs nodes that stay NotReady because somebody stopped or masked a service, or changed their name or address (a
 * lesson in finding faults that was not tidied up). After a while `up` restores it and says what it was.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KlabError } from '../errors.js'
import { tail } from '../host/tail.js'
import { connect } from '../node/connections.js'
import type { LabRun } from '../world.js'

const MINUTE = 60_000

/**
 * Returns a function that gets, at each look, the nodes that are not Ready. A node that has not been Ready for a minute
 * (multiplied by the profile's patience) is repaired, once. Never throws for a node that cannot be reached.
 */
export function reviver(run: LabRun, line: (text: string) => void): (notReady: readonly string[]) => Promise<void> {
  const { assets, clock } = run.world
  const since = new Map<string, number>()
  const done = new Set<string>()
  const units = [run.lab.kubernetes?.runtime ?? 'docker', 'kubelet']
  const own = (name: string): readonly string[] => {
    const { nodes, network } = run.lab
    const prefix = network.cidr.split('/')[1] ?? '24'
    const ip = nodes.find((n) => n.name === name)?.ip ?? ''
    return [name, `${ip}/${prefix}`, nodes.map((n) => `${n.ip} ${n.name}`).join('\n'), String(network.internet)]
  }
  const revive = async (node: string): Promise<void> => {
    done.add(node)
    try {
      const guest = await connect(run, node)
      const script = await readFile(join(assets, 'cloud-init', 'renew', 'node.sh'), 'utf8')
      const { stdout } = await guest.sudo(script, [...own(node), ...units], {
        what: 'finding out why it is not Ready',
      })
      for (const said of tail(stdout).split('\n').filter(Boolean)) line(`${node}: ${said}`)
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
