import { existsSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { LockedError } from '../../src/errors.js'
import { halt } from '../../src/lab/halt.js'
import { goTo, named } from '../../src/lab/snapshot.js'
import { domainName } from '../../src/node/names.js'
import { save } from '../../src/snapshot/save.js'
import { acquireLock } from '../../src/host/lock.js'
import { all, makeStage } from '../snapshot/stage.js'

const quiet = { force: false, report: () => undefined }

t.test('all machines end, side by side; again there is nothing to do', async (t) => {
  const s = await makeStage(t)
  const { hypervisor } = s.world
  writeFileSync(s.lab.paths.seen, '{}')
  hypervisor.calls.length = 0
  t.match(await halt(s.world, s.lab, quiet), {
    state: 'stopped',
    nodes: s.nodes.map((name) => ({ name, state: 'shut-off', ready: null })),
  })
  t.same(hypervisor.calls.sort(), s.nodes.map((n) => `stop ${domainName(s.lab.record.id, n)}`).sort())
  t.notOk(existsSync(s.lab.paths.seen), 'nothing is known of the cluster')
  hypervisor.calls.length = 0
  t.match(await halt(s.world, s.lab, quiet), { state: 'stopped' })
  t.same(hypervisor.calls, [])
})

t.test('guests get time to end, unless told otherwise', async (t) => {
  const s = await makeStage(t)
  const graces: number[] = []
  const world = {
    ...s.world,
    hypervisor: { ...s.world.hypervisor, stop: (_name: string, ms: number) => Promise.resolve(void graces.push(ms)) },
  }
  await halt(world, s.lab, quiet)
  t.ok(graces.length === 4 && graces.every((ms) => ms >= 60_000))
  graces.length = 0
  await halt(world, s.lab, { ...quiet, force: true })
  t.same(graces, [0, 0, 0, 0])
})

t.test('a halted lab is saved cold, and an undo of running machines is kept when it is restored', async (t) => {
  const s = await makeStage(t)
  await halt(s.world, s.lab, quiet)
  const cold = await save(s.lab, { name: 'cold', kind: 'manual' })
  t.ok(cold.nodes.every((n) => n.memory === undefined))
  for (const n of s.nodes) await s.world.hypervisor.start(domainName(s.lab.record.id, n))
  s.write('work')
  s.world.clock.time += 1000
  t.match(await goTo(s.lab, cold, { undo: true }), { running: false })
  s.world.clock.time += 1000
  await goTo(s.lab, await named(s.lab, 'undo', 'klab snapshot undo'), { undo: false })
  t.strictSame(await s.read(), all('work'))
})

t.test('not while another klab works on the lab', async (t) => {
  const s = await makeStage(t)
  const lock = await acquireLock(s.world.host, s.lab.paths.lock, { verb: 'up', pid: 1, since: 0 })
  await t.rejects(halt(s.world, s.lab, quiet), LockedError)
  await lock.release()
  t.strictSame(await s.read(), all('zero'))
})

t.test('only the nodes that are named', async (t) => {
  const s = await makeStage(t)
  const { state, nodes } = await halt(s.world, s.lab, { ...quiet, nodes: ['k8s-node02'] })
  t.equal(state, 'partial')
  t.same(
    nodes.map((n) => n.state),
    ['running', 'running', 'shut-off', 'running'],
  )
})
