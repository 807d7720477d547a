/** Phase `boot` of a lab with several control planes. */
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { HEAD_START_MS } from '../../src/api/server.js'
import { machineSpec } from '../../src/node/machine.js'
import { bootSteps } from '../../src/phases/boot.js'
import { cards, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

t.test('the other control planes get their turn while the first does not answer', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(readFileSync(`${root}/labs/ha/Labfile`, 'utf8')), { keys: true, accel: 'tcg' })
  const worker = run.lab.nodes.at(-1)!
  await world.hypervisor.ensureMachine(
    machineSpec(run, worker, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, worker.name) }),
  )
  world.guests.answers.push(() => '{"v1":{"errors":[]}}')
  writeFileSync(run.paths.kubeconfig, 'ca')
  let withinMs = 0
  const ask = (_: string, timeoutMs: number) => {
    withinMs = timeoutMs
    return Promise.resolve(new Map<string, boolean>())
  }
  await bootSteps(run, ask)
    .at(-1)!
    .run({ line: () => undefined, signal: world.signal })
  t.ok(withinMs >= 2 * HEAD_START_MS, `${withinMs} ms for all, ${HEAD_START_MS} ms of it for the first`)
})
