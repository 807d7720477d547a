/** Phase `boot`: power on, SSH, cloud-init's end. */
import { rm } from 'node:fs/promises'
import { ProbeError } from '../errors.js'
import { topologyOf } from '../cluster/topology.js'
import { apiAnswers, HEAD_START_MS, nodeConditions } from '../api/server.js'
import { until } from '../guest/until.js'
import { exists } from '../host/files.js'
import type { NodeSpec } from '../labfile/model.js'
import type { Step } from '../step.js'
import { guestAddress } from '../node/machine.js'
import { startMachine, waitForBoot } from '../node/boot.js'
import { domainName } from '../node/names.js'
import { withHungBootRestarted } from '../node/stuck-boot.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

const MINUTE = 60_000

/**
 * min that workers stay off and wait for the API server. Then they boot in any case, and `ready` reports the problem.
 */
const HEAD_START = 5
/** ms for one answer: twice what the first of several control planes has before the others are asked. */
const API_MS = 2 * HEAD_START_MS

/**
 * For a cluster that was off, under emulation: its workers boot once the API server answers. When all booted at once,
 * the API server needed 307 s to answer on two cores. Meanwhile kube-controller-manager had given up several times, and
 * kubelet waited longer each time (docs/benchmarks.md). Resolves to false if it has not answered in HEAD_START.
 */
async function waitForApi({ world, paths }: LabRun, askNodes: typeof nodeConditions): Promise<boolean> {
  try {
    await until(() => apiAnswers(paths.kubeconfig, API_MS, askNodes, world.signal), {
      what: english('the API server'),
      everyMs: 2000,
      withinMs: HEAD_START * MINUTE,
      clock: world.clock,
      signal: world.signal,
    })
    return true
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error
    return false
  }
}

/** Boots the nodes, all at once, except workers that wait for the control planes. */
export function bootSteps(run: LabRun, askNodes: typeof nodeConditions = nodeConditions): readonly Step[] {
  const { lab, profile, paths } = run
  const topology = topologyOf(lab)
  let answered: Promise<boolean> | undefined
  return lab.nodes.map((node) =>
    bootStep(run, node, async (line) => {
      if (profile.patience === 1 || !topology?.workers.includes(node) || !(await exists(paths.kubeconfig))) return
      line(english('boots when the API server of {node} answers', { node: topology.first.name }))
      // One request for all: each is a TLS handshake with a server that is busy starting.
      answered ??= waitForApi(run, askNodes)
      if (!(await answered)) line(english('boots now: no API server within {minutes} min', { minutes: HEAD_START }))
    }),
  )
}

function bootStep(run: LabRun, node: NodeSpec, headStart: (line: (text: string) => void) => Promise<void>): Step {
  const { world } = run
  return {
    id: `boot/${node.name}`,
    title: english('{node} boots', { node: node.name }),
    run: async ({ line }) => {
      const name = domainName(run.id, node.name)
      const start = async (): Promise<void> => {
        await startMachine(world, name)
        // All nodes wait for the control plane, and it has the most work: 50 s of a four-node `up` on two cores
        // (docs/benchmarks.md).
        if (node === topologyOf(run.lab)?.first) await world.hypervisor.prefer(name)
      }
      const before = await world.hypervisor.state(name)
      if (before !== 'running') {
        // The API server's answer from before the machines were off says nothing about now.
        await rm(run.paths.seen, { force: true })
        if (before !== 'paused') await headStart(line)
        await start()
      }
      const address = await guestAddress(run.paths, run.record, node.name)
      line(english('powered on, SSH on {host}:{port}', { host: address.host, port: address.port }))
      const booted = () => waitForBoot(world, address, 10 * MINUTE * run.profile.patience, { line })
      const { console: consoleLog } = run.paths.node(node.name)
      await withHungBootRestarted(run, { name, consoleLog, start, line }, booted)
      return before === 'running' ? 'already' : 'done'
    },
  }
}
