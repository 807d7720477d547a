import { existsSync } from 'node:fs'
import t, { type Test } from 'tap'
import { openLab, StateError } from '../../src/index.js'
import { recover } from '../../src/snapshot/recover.js'
import { readRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { all } from '../snapshot/stage.js'
import { open } from './facade-stage.js'

async function openSleeper(t: Test) {
  const s = await open(t)
  return {
    ...s,
    domains: s.nodes.map(s.domain),
    record: async () => (await readRecord(s.paths.record))!,
    later: () => (s.world.clock.time += 3_600_000),
  }
}

t.test('suspend: the machines end, all of one moment; resume: they go on with the time of now', async (t) => {
  const s = await openSleeper(t)
  s.write('work')
  t.match(await s.lab.suspend(), { state: 'suspended', nodes: s.nodes.map((name) => ({ name, state: 'shut-off' })) })
  t.match(await s.lab.status(), { state: 'suspended' })
  t.notOk(existsSync(s.paths.journal))
  const calls = s.world.hypervisor.calls.length
  t.match(await s.lab.suspend(), { state: 'suspended' }, 'it sleeps already')
  t.equal(s.world.hypervisor.calls.length, calls)
  s.later()
  for (const d of s.domains) s.world.hypervisor.clocks.set(d, s.world.clock.time - 3_600_000)
  t.match(await s.lab.resume(), { state: 'running' })
  t.strictSame(await s.read(), all('work'))
  for (const d of s.domains) t.equal(s.world.hypervisor.clocks.get(d), s.world.clock.time)
  t.same(await s.lab.snapshots.list(), [], 'nothing of it stays')
  t.match(await s.record(), { asleep: undefined, snapshot: null, completedUntil: 'ready', unsettled: false })
  t.match(await s.lab.resume(), { state: 'running' }, 'again there is nothing to do')
})

t.test('up wakes it too, and boots nothing', async (t) => {
  const s = await openSleeper(t)
  s.write('work')
  await s.lab.suspend()
  s.later()
  t.match(await s.lab.up(), { status: { state: 'running' } })
  t.strictSame(await s.read(), all('work'))
  t.match(await s.lab.up(), { already: true })
})

t.test('halt gives the RAM up; the lab is off then, and resume says what to do', async (t) => {
  const s = await openSleeper(t)
  await s.lab.suspend()
  s.later()
  t.match(await s.lab.halt(), { state: 'stopped' })
  t.same(await s.lab.snapshots.list(), [])
  await t.rejects(s.lab.resume(), { message: /the lab is off: it is not asleep/, hint: /klab up/ })
  await t.rejects(s.lab.suspend(), { message: /nothing to suspend/ })
})

t.test('while it sleeps nothing is saved from it; a snapshot can be restored, and it no longer sleeps', async (t) => {
  const s = await openSleeper(t)
  await s.lab.snapshots.save({ name: 'before' })
  s.later()
  s.write('work')
  await s.lab.suspend()
  await t.rejects(s.lab.snapshots.save({ name: 'x' }), { message: /sleeps/, hint: /klab resume/ })
  s.later()
  await s.lab.snapshots.restore('before')
  t.strictSame(await s.read(), all('zero'))
  t.match(await s.lab.status(), { state: 'running' })
  s.later()
  t.match(await s.lab.halt(), { state: 'stopped' }, 'not suspended')
})

t.test('a machine that was started with virsh meanwhile keeps what it did', async (t) => {
  const s = await openSleeper(t)
  await s.lab.suspend()
  s.later()
  await s.world.hypervisor.start(s.domains[0]!)
  s.world.hypervisor.write(s.domains[0]!, 'mine')
  await t.rejects(s.lab.resume(), StateError)
  t.equal((await s.read())[0], 'mine/mine')
})

t.test('a lab that is only paused goes on', async (t) => {
  const s = await openSleeper(t)
  for (const d of s.domains) await s.world.hypervisor.pause(d)
  t.match(await s.lab.resume(), { state: 'running' })
  t.strictSame(await s.read(), all('zero'))
})

t.test('killed at any point of suspend: the lab runs on or sleeps, and nothing is lost', async (t) => {
  for (let n = 0; ; n++) {
    const s = await openSleeper(t)
    s.write('work')
    s.killAt(n)
    const whole = await s.lab.suspend().then(
      () => true,
      () => false,
    )
    const { lab } = await s.again()
    await recover(lab)
    const { state } = await s.lab.status()
    t.ok(state === 'running' || state === 'suspended', `after ${n} changes: ${state}`)
    s.later()
    await s.lab.resume()
    t.strictSame(await s.read(), all('work'), `after ${n} changes`)
    if (!whole) continue
    t.ok(n > 10, `${n} changes`)
    break
  }
})

t.test('killed at any point of resume: again it is awake', async (t) => {
  for (let n = 0; ; n++) {
    const s = await openSleeper(t)
    s.write('work')
    await s.lab.suspend()
    s.later()
    s.killAt(n)
    const whole = await s.lab.resume().then(
      () => true,
      () => false,
    )
    await s.again()
    s.later()
    await s.lab.resume()
    t.strictSame(await s.read(), all('work'), `after ${n} changes`)
    t.same(await s.lab.snapshots.list(), [], `after ${n} changes`)
    if (!whole) continue
    t.ok(n > 10, `${n} changes`)
    break
  }
})

t.test('reload: the nodes are halted, then the lab is brought up as far as it was', async (t) => {
  const s = await openSleeper(t)
  const { hypervisor } = s.world
  const doors = fakeDoors(s.world)
  let asked = 0
  // Who comes up has the machine booted meanwhile.
  const world = async () => {
    if (++asked === 2) await hypervisor.start(s.domains[1]!)
    return s.world
  }
  hypervisor.calls.length = 0
  const lab = await openLab({ doors: { ...doors, world } })
  t.match(await lab.reload({ nodes: ['k8s-node01'] }), { status: { state: 'running' }, already: true })
  t.same(hypervisor.calls, [`stop ${s.domains[1]!}`, `start ${s.domains[1]!}`])
  await t.rejects(lab.reload({ nodes: ['nobody'] }), { name: 'UsageError', message: /no such node/ })
  await t.rejects(lab.halt({ nodes: ['nobody'] }), { name: 'UsageError', message: /no such node/ })
})
