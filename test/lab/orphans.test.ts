/** What a lost state folder left behind: found by klab's mark in libvirt, and removed; nothing else is. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { orphanChecks } from '../../src/doctor/orphans.js'
import { StateError } from '../../src/errors.js'
import { labWith } from '../../src/lab/facade.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName, networkName } from '../../src/node/names.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { cards, fourNodes, labOf, makeRun, makeWorld, type FakeWorld } from '../fakes/world.js'

/** A lab of one machine, with its files and record, under a state folder of its own perhaps. */
async function addLab(world: FakeWorld, name: string, state = world.roots.state) {
  const lab = labOf(fourNodes().replace('name: course', `name: ${name}`).split('\n').slice(0, 3).join('\n'))
  const run = makeRun({ ...world, roots: { ...world.roots, state } }, lab, { keys: true })
  const [node] = lab.nodes
  await world.hypervisor.ensureMachine(
    machineSpec(run, node!, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, node!.name) }),
  )
  await writeRecord(run.paths.record, run.record)
  return { ...run, domain: domainName(run.id, node!.name) }
}

async function stage(t: Test) {
  const world = makeWorld(t)
  const [here, lost] = [await addLab(world, 'here'), await addLab(world, 'lost')]
  rmSync(lost.paths.record)
  world.hypervisor.addForeign('klab-lost-00000000-k8s-node01')
  const network = { uuid: '0', active: true, bridge: 'b', ranges: [] }
  const mark = (labId: string) => ({ labId, specDigest: '' })
  world.hypervisor.addNetwork({ ...network, name: networkName(lost.id), mark: mark(lost.id) })
  world.hypervisor.addNetwork({ ...network, uuid: '1', bridge: 'c', name: 'klab-foreign', mark: undefined })
  const lab = labWith({ doors: fakeDoors(world), file: undefined, report: () => undefined })
  const names = async () => (await world.hypervisor.list()).map((m) => m.name).sort()
  return { world, here, lost, lab, names }
}

t.test('machines, network and folder of the lost one go, when that is wanted', async (t) => {
  const s = await stage(t)
  t.match(await orphanChecks(s.world, undefined), [
    {
      name: `lab ${s.lost.id}`,
      state: 'warn',
      found:
        `its record is gone, and it left machines ${s.lost.domain}; ` +
        `network ${networkName(s.lost.id)}; folder ${s.lost.paths.dir}`,
      fix: 'klab destroy --orphans',
    },
  ])
  t.same(await orphanChecks(s.world, s.lost.id), [], 'the lab that is looked at has its own words')
  const before = await s.names()
  await t.rejects(s.lab.destroyOrphans({ confirm: () => false }), { constructor: StateError, message: 'not destroyed' })
  t.same(await s.names(), before)
  t.match(await s.lab.destroyOrphans({ confirm: (all) => all.length === 1 }), [{ id: s.lost.id }])
  t.same(await s.names(), ['klab-lost-00000000-k8s-node01', s.here.domain].sort(), 'a name alone is no reason')
  t.same(
    (await s.world.hypervisor.networks()).map((n) => n.name),
    ['klab-foreign'],
  )
  t.notOk(existsSync(s.lost.paths.dir))
  t.ok(existsSync(s.here.paths.record))
  t.same(await s.lab.destroyOrphans(), [])
})

t.test('a record that came back during the question: its lab is nobody’s orphan', async (t) => {
  const s = await stage(t)
  const confirm = async (): Promise<boolean> => {
    await writeRecord(s.lost.paths.record, s.lost.record)
    return true
  }
  t.same(await s.lab.destroyOrphans({ confirm }), [])
  t.ok((await s.names()).includes(s.lost.domain))
})

t.test('labs of another state folder are nobody’s orphans, be they seen or hidden', async (t) => {
  const s = await stage(t)
  const other = await addLab(s.world, 'other', join(s.world.dir, 'elsewhere'))
  const hidden = await addLab(s.world, 'hidden', join(s.world.dir, 'hidden'))
  rmSync(hidden.paths.dir, { recursive: true })
  // What cannot be looked into; root may look everywhere, so here it is a file where a folder was.
  writeFileSync(hidden.paths.dir, '')
  const newer = await addLab(s.world, 'newer')
  writeFileSync(newer.paths.record, '{"version": 2}')
  mkdirSync(join(s.world.dir, 'gone'))
  const gone = await addLab(s.world, 'gone', join(s.world.dir, 'gone'))
  rmSync(join(s.world.dir, 'gone'), { recursive: true })
  t.match((await s.lab.destroyOrphans()).map((o) => o.id).sort(), [gone.id, s.lost.id].sort())
  t.ok((await s.names()).includes(other.domain))
  t.ok((await s.names()).includes(hidden.domain))
  t.ok((await s.names()).includes(newer.domain), 'a record that this klab cannot read')
  t.ok(existsSync(other.paths.record))
})
