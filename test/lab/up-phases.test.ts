import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DriftError, LockedError, StateError } from '../../src/errors.js'
import { readLab } from '../../src/lab/open.js'
import { alreadyUp, planOf, reachedPhase, settleAccel, up } from '../../src/lab/up-phases.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import { acquireLock } from '../../src/host/lock.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { cards, makeRun, makeWorld, type WorldOptions } from '../fakes/world.js'

const LAB =
  'name: vms\nkubernetes: false\nnodes:\n  - { name: a, ip: 192.168.31.71 }\n  - { name: b, ip: 192.168.31.72 }\n'

async function stage(t: Test, host: WorldOptions['host'] = {}) {
  const world = makeWorld(t, { files: { Labfile: LAB }, host })
  const open = () => readLab(world.env, undefined)
  const go = async (until: 'network' | 'machines' = 'network') =>
    up(world, await open(), { until, accel: 'tcg', report: () => undefined })
  return { world, open, go, first: await open() }
}

t.test(
  'until network: record, keys, switch; the record says how far; the lock is free and connections are closed',
  async (t) => {
    const s = await stage(t)
    const status = await s.go()
    t.match(status, { lab: 'vms', state: 'absent' })
    const record = await readRecord(s.first.paths.record)
    t.match(record, { id: s.first.id, completedUntil: 'network', accel: 'tcg', labfile: join(s.world.dir, 'Labfile') })
    t.same(s.world.l2Calls, [`ensure ${s.first.paths.run}`])
    t.same(s.world.guests.closed, ['all'])
    await (await acquireLock(s.world.host, s.first.paths.lock, { verb: 'x', pid: 1, since: 0 })).release()
    await s.go()
    t.same((await readRecord(s.first.paths.record))?.ports, record?.ports, 'ports stay')
    t.same(s.world.l2Calls, [`ensure ${s.first.paths.run}`], 'the switch too')
  },
)

t.test('a lab that slept and boots from its disks does not count as asleep later', async (t) => {
  const s = await stage(t)
  await s.go()
  const { paths } = s.first
  await writeRecord(paths.record, { ...(await readRecord(paths.record))!, asleep: 'x', snapshot: 'x' })
  await s.go()
  t.match(await readRecord(paths.record), { asleep: undefined, completedUntil: 'network' })
})

t.test('how far a lab was: a boot that was cut short is finished at least', async (t) => {
  const s = await stage(t)
  await s.go()
  const record = (await readRecord(s.first.paths.record))!
  const after = (completedUntil?: string) => reachedPhase({ ...record, completedUntil })
  t.same(['images', 'ready', 'machines', undefined].map(after), ['images', 'ready', 'boot', 'ready'])
})

t.test('a changed Labfile is refused with what changed', async (t) => {
  const s = await stage(t)
  await s.go()
  writeFileSync(join(s.world.dir, 'Labfile'), LAB.replace('192.168.31.72', '192.168.31.73'))
  await t.rejects(s.go(), {
    constructor: DriftError,
    changes: [{ path: 'nodes[1].ip', before: '192.168.31.72', after: '192.168.31.73' }],
    message: /nodes\[1\]\.ip: "192\.168\.31\.72" → "192\.168\.31\.73"/,
    hint: /destroy/,
  })
  writeFileSync(join(s.world.dir, 'Labfile'), `# comment\n${LAB}`)
  await s.go()
})

t.test('a Labfile that is corrected before any machine is there: no destroy', async (t) => {
  const s = await stage(t)
  writeFileSync(join(s.world.dir, 'Labfile'), `${LAB}image: { path: wrong.qcow2 }\n`)
  await s.go()
  writeFileSync(
    join(s.world.dir, 'Labfile'),
    `${LAB.replace('.71 }', '.71, memory: 4GiB }')}image: { path: right.qcow2 }\n`,
  )
  await s.go()
  const record = await readRecord(s.first.paths.record)
  t.match(record, { lab: { image: { path: join(s.world.dir, 'right.qcow2') }, nodes: [{ memoryMiB: 4096 }, {}] } })
  const run = { ...makeRun(s.world, s.first.lab), id: s.first.id }
  await s.world.hypervisor.ensureMachine(
    machineSpec(run, s.first.lab.nodes[0]!, { boot: { kind: 'disk' }, nics: cards(run, 'a') } as never),
  )
  writeFileSync(join(s.world.dir, 'Labfile'), LAB)
  await t.rejects(s.go(), { code: 'state', hint: /destroy/ }, 'a machine is there')
})

t.test('machines without a record are not taken over with new keys', async (t) => {
  const s = await stage(t)
  const run = { ...makeRun(s.world, s.first.lab), id: s.first.id }
  await s.world.hypervisor.ensureMachine(
    machineSpec(run, s.first.lab.nodes[0]!, {
      boot: { kind: 'disk' },
      bundleIso: undefined,
      nics: cards(run, s.first.lab.nodes[0]!.name),
    }),
  )
  await t.rejects(s.go(), { constructor: StateError, message: /record.*gone/, hint: /destroy/ })
  t.equal(await readRecord(s.first.paths.record), undefined)
})

t.test('locked: refused, and neither the lock nor the connections of the other are touched', async (t) => {
  const s = await stage(t)
  const lock = await acquireLock(s.world.host, s.first.paths.lock, { verb: 'destroy', pid: 4711, since: 0 })
  await t.rejects(s.go(), { constructor: LockedError, message: /klab destroy/ })
  t.equal(await readRecord(s.first.paths.record), undefined)
  await lock.release()
})

t.test('a failed step: the record stays without a finish, the lock is let go', async (t) => {
  const s = await stage(t)
  s.world.l2.ensure = () => Promise.reject(new StateError('no vde'))
  await t.rejects(s.go(), { name: 'StepError', message: /^network\/l2: no vde/ })
  t.equal((await readRecord(s.first.paths.record))?.completedUntil, undefined)
  await (await acquireLock(s.world.host, s.first.paths.lock, { verb: 'x', pid: 1, since: 0 })).release()
})

t.test('alreadyUp: the same end, the same Labfile, every machine running', async (t) => {
  const s = await stage(t)
  t.equal(await alreadyUp(s.world, s.first, 'network'), undefined, 'never up')
  await s.go()
  t.equal(await alreadyUp(s.world, await s.open(), 'network'), undefined, 'no machine runs')
  const run = { ...makeRun(s.world, s.first.lab), id: s.first.id }
  for (const node of s.first.lab.nodes) {
    await s.world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    await s.world.hypervisor.start(domainName(run.id, node.name))
  }
  t.match(await alreadyUp(s.world, await s.open(), 'network'), { state: 'running' })
  t.equal(await alreadyUp(s.world, await s.open(), 'boot'), undefined, 'further than it got')
  s.world.hypervisor.opened.set(domainName(run.id, 'a'), ['graphics vnc on 0.0.0.0'])
  t.equal(await alreadyUp(s.world, await s.open(), 'network'), undefined, 'one was opened with virsh')
  s.world.hypervisor.opened.clear()
  s.world.hypervisor.kill(domainName(run.id, 'b'))
  t.equal(await alreadyUp(s.world, await s.open(), 'network'), undefined, 'one crashed')
})

t.test('killed while machines boot: the next up has them to wait for, though they run', async (t) => {
  const s = await stage(t, { 'apt-config': new StateError('no apt') })
  await s.go()
  const finished = { ...(await readRecord(s.first.paths.record))!, completedUntil: 'ready' }
  await writeRecord(s.first.paths.record, finished)
  // It fails where a kill could have come: before the base image is there.
  const go = async () => up(s.world, await s.open(), { until: 'ready', accel: 'tcg', report: () => undefined })
  await t.rejects(go())
  t.equal((await readRecord(s.first.paths.record))?.completedUntil, 'machines')
  for (const node of s.first.lab.nodes) {
    const run = { ...makeRun(s.world, s.first.lab), id: s.first.id }
    await s.world.hypervisor.ensureMachine(
      machineSpec(run, node, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node.name) }),
    )
    await s.world.hypervisor.start(domainName(s.first.id, node.name))
  }
  t.equal(await alreadyUp(s.world, await s.open(), 'ready'), undefined)
  await writeRecord(s.first.paths.record, finished)
  t.match(await alreadyUp(s.world, await s.open(), 'ready'), { state: 'running' })
  await t.rejects(go())
  t.equal((await readRecord(s.first.paths.record))?.completedUntil, 'ready', 'nothing had to boot')
})

t.test('planning writes nothing', async (t) => {
  const s = await stage(t)
  const { plan } = await planOf(s.world, s.first, { until: 'ready', accel: 'tcg' })
  t.equal(plan.phases[0]?.name, 'network')
  t.equal(await readRecord(s.first.paths.record), undefined)
  t.same(s.world.commands, [])
})

t.test('the accelerator is probed for only when the Labfile leaves it open', async (t) => {
  const s = await stage(t)
  const lab = (accel: 'auto' | 'kvm' | 'tcg') => ({ ...s.first.lab, hypervisor: { uri: 'auto' as const, accel } })
  const never = () => t.fail('probed') as never
  t.equal(await settleAccel(lab('kvm'), never), 'kvm')
  t.equal(await settleAccel(lab('tcg'), never), 'tcg')
  t.equal(await settleAccel(lab('auto'), () => Promise.resolve({ accel: 'kvm' })), 'kvm')
})
