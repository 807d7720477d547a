import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openLab } from '../../src/index.js'
import { acquireLock } from '../../src/host/lock.js'
import { domainName, machineUuid } from '../../src/node/names.js'
import { labPaths } from '../../src/state/paths.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { open } from './facade-stage.js'

/** The stage's lab, which runs, and `old`, whose machines are gone. */
async function openTwo(t: Test) {
  const s = await open(t)
  const old = labPaths(s.world.roots, 'old-00000000')
  await writeRecord(old.record, { ...s.record, id: 'old-00000000', name: 'old', labfile: '/gone/Labfile' })
  return { ...s, old }
}

t.test('every lab, wherever one is; also of a folder that is gone', async (t) => {
  const s = await openTwo(t)
  await s.world.hypervisor.stop(domainName(s.record.id, 'k8s-node01'), 0)
  const labs = await s.lab.labs.list()
  t.match(labs, [
    { lab: 'course', state: 'partial', labfileThere: true, folder: s.world.dir, snapshots: 0 },
    { id: 'old-00000000', lab: 'old', state: 'absent', labfileThere: false, folder: '/gone' },
  ])
  t.match(labs[0]?.nodes[1], { name: 'k8s-node01', state: 'shut-off' })
  renameSync(s.record.labfile, `${s.record.labfile}.moved`)
  t.equal((await s.lab.labs.list())[0]?.labfileThere, false)
})

t.test('prune: asks with what goes, removes that and nothing else', async (t) => {
  const s = await openTwo(t)
  const asked: unknown[] = []
  const confirm = (answer: boolean) => (labs: readonly { id: string }[]) => {
    asked.push(labs.map((l) => l.id))
    return answer
  }
  await t.rejects(s.lab.labs.prune({ confirm: confirm(false) }), { name: 'StateError', message: 'nothing was removed' })
  t.ok(existsSync(s.old.record))
  const lock = await acquireLock(s.world.host, s.old.lock, { verb: 'up', pid: 1, since: 0 })
  t.same(await s.lab.labs.prune(), { removed: [], busy: ['old-00000000'] })
  await lock.release()
  t.same(await s.lab.labs.prune({ confirm: confirm(true) }), { removed: ['old-00000000'], busy: [] })
  t.notOk(existsSync(s.old.dir))
  t.ok(existsSync(labPaths(s.world.roots, s.record.id).record))
  t.same(asked, [['old-00000000'], ['old-00000000']])
  t.same(await s.lab.labs.prune({ confirm: confirm(false) }), { removed: [], busy: [] }, 'nothing to ask for')
})

t.test('prune: a lab that came up again during the question stays', async (t) => {
  const s = await openTwo(t)
  const [id, node] = ['old-00000000', 'k8s-node01']
  const spec = s.world.hypervisor.specOf(s.domain(node))!
  const machine = { ...spec, labId: id, name: domainName(id, node), uuid: machineUuid(id, node) }
  const confirm = async (): Promise<boolean> => {
    await s.world.hypervisor.ensureMachine(machine)
    return true
  }
  t.same(await s.lab.labs.prune({ confirm }), { removed: [], busy: [id] })
  t.ok(existsSync(s.old.record))
  t.equal(await s.world.hypervisor.state(machine.name), 'shut-off')
})

t.test('a libvirt that does not answer: the labs are shown, and none is pruned', async (t) => {
  const s = await openTwo(t)
  s.world.hypervisor.unreachable = true
  t.match(await s.lab.labs.list(), [{ state: null, nodes: [{ state: null }] }, { state: null }])
  t.equal(s.warned().length, 1)
  t.same(await s.lab.labs.prune(), { removed: [], busy: [] })
  t.ok(existsSync(s.old.record))
})

t.test('no labs at all', async (t) => {
  const s = await openTwo(t)
  mkdirSync(join(s.world.dir, 'none'))
  const world = {
    ...s.world,
    env: { ...s.world.env, env: { ...s.world.env.env, KLAB_STATE_DIR: join(s.world.dir, 'none') } },
  }
  t.same(await (await openLab({ doors: fakeDoors(world) })).labs.list(), [])
})
