/** A recorded lab of four nodes, for the tests of its status. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { Ask } from '../../src/api/readiness.js'
import type { MachineState } from '../../src/hypervisor/types.js'
import { glanceStatus, readStatus } from '../../src/lab/status.js'
import { domainName } from '../../src/node/names.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

/** A lab whose machines are in these states; `opened`: what somebody opened of the second one. */
export function stage(t: Test, states: readonly MachineState[], labfile = fourNodes(), opened?: string[]) {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(labfile))
  const machines = run.lab.nodes.flatMap((n, i) => {
    const state = states[i] ?? 'absent'
    return state === 'absent' ? [] : [{ name: domainName(run.id, n.name), uuid: 'u', state }]
  })
  const other = { name: 'somebody-elses', uuid: 'v', state: 'running' as const }
  const hypervisor = {
    list: () => Promise.resolve([other, ...machines]),
    openings: (uuids: readonly string[]) => Promise.resolve(new Map(opened && [[uuids[1] ?? '', opened]])),
  }
  const { clock } = world
  return {
    run,
    clock,
    read: (ask?: Ask) => readStatus({ hypervisor, clock, ...(ask && { ask }) }, run.record, run.paths),
    glance: (ask: Ask) => glanceStatus({ hypervisor, clock, ask }, run.record, run.paths),
    /** The lab has a kubeconfig. */
    cluster: () => {
      mkdirSync(run.paths.dir, { recursive: true })
      writeFileSync(run.paths.kubeconfig, 'no kubeconfig of klab’s')
    },
  }
}

export const RUNNING: readonly MachineState[] = ['running', 'running', 'running', 'running']
export const nodesReady = new Map([
  ['k8s-master01', true],
  ['k8s-node01', true],
  ['k8s-node02', false],
])
