/**
 * Removes a node from the lab: drains and resets it, deletes it from the cluster, and removes its machine and files.
 */
import { rm } from 'node:fs/promises'
import { CommandError, messageOf } from '../errors.js'
import type { NodeSpec } from '../labfile/model.js'
import { connect } from '../node/connections.js'
import { steadyKubectl } from '../node/kubectl.js'
import { domainName } from '../node/names.js'
import { hasCluster } from '../state/record.js'
import type { Step } from '../step.js'
import { minorOf } from '../versions/kubernetes.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const MINUTE = 60_000

/** kubectl drain's arguments. `--delete-local-data` got a new name in 1.20. */
export function drainArgs(version: string, node: string, minutes: number): readonly string[] {
  const data = minorOf(version) < 20 ? '--delete-local-data' : '--delete-emptydir-data'
  return ['drain', node, '--ignore-daemonsets', data, '--force', `--timeout=${minutes}m`]
}

/** In the order of kubernetes.io, "Creating a cluster with kubeadm: Remove the node". */
async function leaveCluster(run: LabRun, node: NodeSpec, running: boolean, line: (text: string) => void) {
  const k = run.lab.kubernetes
  // A lesson may not have reached its cluster yet.
  if (!k || !(await hasCluster(run.record, run.paths))) return
  const { patience } = run.profile
  const kubectl = await steadyKubectl(run, line)
  const known = (await kubectl(['get', 'node', node.name, '--ignore-not-found', '-o', 'name'])).stdout.trim() !== ''
  // The kubelet of a machine that is off confirms no pod's end, so drain would wait for nothing.
  if (known && running) await kubectl(drainArgs(k.version, node.name, 5 * patience), { onLine: line })
  if (running) {
    const guest = await connect(run, node.name)
    const limits = { timeoutMs: 5 * MINUTE * patience, what: 'leaving the cluster' }
    await guest.sudo('kubeadm reset -f', [], limits).catch((error: unknown) => {
      // Its disk is removed anyway.
      if (!(error instanceof CommandError)) throw error
      line(`kubeadm reset: ${messageOf(error)}`)
    })
    await guest.close()
  }
  await kubectl(['delete', 'node', node.name, '--ignore-not-found'], { onLine: line })
}

/**
 * One step for each node; each may be repeated after a kill at any point. `run`: of the lab that still has the nodes.
 */
export function leaveSteps(run: LabRun, nodes: readonly NodeSpec[]): readonly Step[] {
  return nodes.map((node) => ({
    id: `leave/${node.name}`,
    title: english('{node} leaves', { node: node.name }),
    run: async ({ line }) => {
      const { hypervisor } = run.world
      const domain = domainName(run.id, node.name)
      await leaveCluster(run, node, (await hypervisor.state(domain)) === 'running', line)
      await hypervisor.removeMachine(domain)
      await rm(run.paths.node(node.name).dir, { recursive: true, force: true })
      line(english('its machine and disk are removed'))
    },
  }))
}
