/** A lab as data for a picture, and pictures as files. */
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CorruptError, openLab, StateError, UsageError } from '../../src/index.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, makeWorld } from '../fakes/world.js'
import { open } from './facade-stage.js'

const CLUSTER = 'kubernetes: { version: 1.23.17, addons: [metrics-server] }\n'

t.test('nodes, ports, the cluster, and the snapshots as a tree', async (t) => {
  const s = await open(t, fourNodes(CLUSTER))
  t.match(await s.lab.graph(), { up: true, snapshots: [] })
  await s.lab.snapshots.save({ name: 'a', message: '第一' })
  s.later()
  await s.lab.snapshots.save({ name: 'b' })
  s.later()
  await s.lab.snapshots.restore('a', { undo: false, wait: false })
  s.later()
  await s.lab.snapshots.save({ name: 'c' })
  s.world.hypervisor.unreachable = true
  const g = await s.lab.graph()
  const ports = s.record.ports['k8s-master01']!
  t.match(g, {
    lab: 'course',
    network: { mode: 'user', cidr: '192.168.31.0/24', internet: false },
    nodes: [
      { name: 'k8s-master01', role: 'control-plane', ip: '192.168.31.61', sshPort: ports.ssh, apiPort: ports.api! },
      { name: 'k8s-node01', role: 'worker', apiPort: null },
      {},
      {},
    ],
    cluster: { version: '1.23.17', podNetwork: /^Calico 3\.\d+/, addons: ['metrics-server'], endpoint: null },
  })
  const [a] = g.snapshots
  t.match(g.snapshots, [
    { name: 'a', message: '第一', parent: null, current: false, running: true },
    { name: 'b', parent: a!.id, current: false },
    { name: 'c', parent: a!.id, current: true },
  ])
  t.match((await s.lab.pictures.graph()).text, /^○ a .*\n├─○ b .*\n● c {2}← here /m)
  const record = { ...s.record, snapshot: 'gone' }
  await writeRecord(s.paths.record, record)
  t.match((await s.lab.pictures.graph()).text, 'snapshots: the lab is at none of them')
  writeFileSync(join(s.paths.snapshots, a!.id, 'manifest.json'), '{}')
  await t.rejects(s.lab.graph(), CorruptError, 'a snapshot must not be left out silently')
})

t.test('a lab that was never up is as its Labfile says; NAT has no ports of this host', async (t) => {
  const manifest = fourNodes('network: { mode: nat }\nkubernetes: { cni: { manifest: ./secret-folder/net.yaml } }\n')
  const world = makeWorld(t, { files: { Labfile: manifest } })
  const lab = await openLab({ doors: fakeDoors(world) })
  const g = await lab.graph()
  t.match(g, { up: false, network: { mode: 'nat' }, snapshots: [], cluster: { podNetwork: 'from a manifest' } })
  t.ok(g.nodes.every((n) => n.sshPort === null && n.apiPort === null))
  t.notMatch(JSON.stringify(g), 'secret-folder')
  t.match((await lab.pictures.graph()).text, /snapshots: not brought up yet\n$/)
})

t.test('files: the format by the name, never over another file, and readable by others', async (t) => {
  const s = await open(t)
  const here = (name: string): string => join(s.world.dir, name)
  const read = (name: string): string => readFileSync(here(name), 'utf8')
  for (const [name, start] of [
    ['a.svg', '<?xml'],
    ['a.html', '<!doctype html>'],
    ['a.mmd', 'flowchart LR'],
    ['a.txt', 'lab course'],
  ] as const) {
    const made = await s.lab.pictures.graph({ file: name })
    t.equal(made.file, here(name))
    t.equal(read(name), made.text)
    t.ok(read(name).startsWith(start), name)
    t.equal(statSync(here(name)).mode & 0o044, 0o044, 'a picture is made to be shown')
  }
  await t.rejects(s.lab.pictures.graph({ file: 'a.svg' }), {
    constructor: StateError,
    message: `${here('a.svg')}: already exists`,
    hint: /--force/,
  })
  writeFileSync(here('a.svg'), 'old')
  await s.lab.pictures.graph({ file: 'a.svg', force: true })
  t.match(read('a.svg'), /^<\?xml/)
  symlinkSync(here('elsewhere'), here('link.svg'))
  await t.rejects(s.lab.pictures.graph({ file: 'link.svg' }), StateError)
  t.notOk(existsSync(here('elsewhere')), 'a link is not followed')
  rmSync(here('a.txt'))
  await s.lab.pictures.graph({ file: 'a.txt', format: 'mermaid' })
  t.match(read('a.txt'), /^flowchart/, 'what was asked for wins')
  for (const name of ['a.png', 'picture'])
    await t.rejects(s.lab.pictures.graph({ file: name }), { constructor: UsageError, message: /klab knows \.txt, / })
  t.notOk(existsSync(here('a.png')))
  await t.rejects(s.lab.pictures.graph({ file: 'no/such/a.svg' }), { code: 'ENOENT' })
})
