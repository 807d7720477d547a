import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { HostError, LockedError, StateError } from '../../src/errors.js'
import { destroy, planDestroy } from '../../src/lab/destroy.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import type { Event } from '../../src/report/events.js'
import { acquireLock } from '../../src/host/lock.js'
import { labPaths } from '../../src/state/paths.js'
import { cards, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

/** A lab with `machines` of its four machines (the first running), its folder, and a neighbour. */
async function stage(t: Test, machines = 4) {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  for (const [i, node] of run.lab.nodes.slice(0, machines).entries()) {
    await world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    if (i === 0) await world.hypervisor.start(domainName(run.id, node.name))
  }
  const neighbour = join(world.roots.state, 'labs', 'other-00000000')
  mkdirSync(neighbour, { recursive: true })
  writeFileSync(join(neighbour, 'lab.json'), '{}')
  world.hypervisor.addForeign('somebody-elses')
  world.hypervisor.calls.length = 0
  const lab = { id: run.id, name: 'course', paths: run.paths }
  const events: Event[] = []
  return { world, run, lab, neighbour, events, go: () => destroy(world, lab, (e) => events.push(e)) }
}

t.test('the plan: machines side by side, then the switch, then the files', async (t) => {
  const { world, lab, run } = await stage(t)
  const plan = await planDestroy(world, lab)
  t.match(plan, { goal: 'destroy', lab: 'course' })
  t.same(
    plan.phases.map((p) => [p.name, p.steps.map((s) => s.id)]),
    [
      ['machines', run.lab.nodes.map((n) => `machines/${n.name}`)],
      ['network', ['network/l2']],
      ['files', ['files/lab']],
    ],
  )
  t.match(plan.phases[0]!.steps[0]!.title, 'running')
  t.same(world.hypervisor.calls, [], 'planning removes nothing')
})

t.test('everything of this lab goes, and nothing else; the lock file too', async (t) => {
  const s = await stage(t)
  await s.go()
  t.same(
    (await s.world.hypervisor.list()).map((m) => m.name),
    ['somebody-elses'],
  )
  t.same(s.world.l2Calls, [`remove ${s.run.paths.run}`])
  t.notOk(existsSync(s.run.paths.dir))
  t.ok(existsSync(join(s.neighbour, 'lab.json')))
  t.same(readdirSync(dirname(s.run.paths.lock)), [])
})

t.test('from half-made states, and when there is nothing at all, again and again', async (t) => {
  for (const n of [0, 2]) {
    const s = await stage(t, n)
    await s.go()
    await s.go()
    t.notOk(existsSync(s.run.paths.dir))
  }
  const world = makeWorld(t)
  await destroy(world, { id: 'x-1', name: 'x', paths: labPaths(world.roots, 'x-1') }, () => undefined)
})

t.test('the machine that baked the image, left by a kill, is the lab’s too', async (t) => {
  const s = await stage(t, 1)
  const node = { ...s.run.lab.nodes[1]!, name: 'k8s-node01' }
  const spec = machineSpec(s.run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(s.run, node.name) })
  await s.world.hypervisor.ensureMachine({
    ...spec,
    name: domainName(s.run.id, 'bake'),
    node: 'bake',
    uuid: '00000000-0000-8000-8000-000000000001',
  })
  await s.go()
  t.same(await s.world.hypervisor.owned(), [])
})

t.test('a machine that will not go keeps the files, so that destroy can be tried again', async (t) => {
  const s = await stage(t)
  s.world.hypervisor.onCall = (verb, name) => {
    if (verb === 'remove' && name.endsWith('node02')) throw new HostError('its QEMU does not exit')
  }
  await t.rejects(s.go(), { name: 'StepError', message: /^machines\/k8s-node02: its QEMU/ })
  t.ok(existsSync(s.run.paths.dir))
  t.equal((await s.world.hypervisor.owned(s.run.id)).length, 1, 'the others went')
  s.world.hypervisor.onCall = () => undefined
  await s.go()
  t.notOk(existsSync(s.run.paths.dir))
})

t.test('a link where the lab’s folder should be is refused, and what it leads to stays', async (t) => {
  const world = makeWorld(t, { files: { precious: 'x' } })
  const paths = labPaths(world.roots, 'evil-00000000')
  mkdirSync(dirname(paths.dir), { recursive: true })
  const target = join(world.dir, 'target')
  mkdirSync(target)
  writeFileSync(join(target, 'file'), 'x')
  symlinkSync(target, paths.dir)
  await t.rejects(
    destroy(world, { id: 'evil-00000000', name: 'evil', paths }, () => undefined),
    { cause: { constructor: StateError }, message: /not a plain folder/ },
  )
  t.ok(existsSync(join(target, 'file')))
})

t.test('an id that leads out of the labs’ folder removes nothing', async (t) => {
  const world = makeWorld(t)
  for (const id of ['..', '../../outside', 'a/b', '.']) {
    const paths = labPaths(world.roots, id)
    mkdirSync(join(world.roots.state, 'labs', 'a'), { recursive: true })
    mkdirSync(paths.dir, { recursive: true })
    writeFileSync(join(paths.dir, 'file'), 'x')
    await t.rejects(
      destroy(world, { id, name: 'x', paths }, () => undefined),
      { name: 'StepError' },
      id,
    )
    t.ok(existsSync(join(paths.dir, 'file')), id)
  }
})

t.test('locked by another klab: nothing happens', async (t) => {
  const s = await stage(t)
  const lock = await acquireLock(s.world.host, s.run.paths.lock, {
    verb: 'up',
    pid: 4711,
    since: s.world.clock.now() - 5000,
  })
  await t.rejects(s.go(), { constructor: LockedError, message: /klab up.*4711/, exitCode: 4 })
  t.same(s.world.hypervisor.calls, [])
  t.ok(existsSync(s.run.paths.dir))
  await lock.release()
  await s.go()
})

t.test('an unreachable libvirt stops it before anything is removed, and the lock is let go', async (t) => {
  const s = await stage(t)
  s.world.hypervisor.unreachable = true
  await t.rejects(s.go(), HostError)
  t.ok(existsSync(s.run.paths.dir))
  t.same(s.world.l2Calls, [])
  t.same(readdirSync(dirname(s.run.paths.lock)), [])
})
