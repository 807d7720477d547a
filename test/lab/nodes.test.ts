import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DriftError, openLab, StateError, UsageError } from '../../src/index.js'
import { nodeLine, withNode } from '../../src/lab/nodes.js'
import { readLab } from '../../src/lab/open.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const lab = labOf(fourNodes())

t.test('a node more: like the last one, at the next address; the line is what a Labfile wants', (t) => {
  const made = withNode(lab, { name: 'k8s-node04' })
  const node = { name: 'k8s-node04', role: 'worker', ip: '192.168.31.65', cpus: 2, memoryMiB: 3072, diskGiB: 50 }
  t.same(made.nodes.at(-1), node)
  t.same(made.nodes.slice(0, -1), lab.nodes)
  const line = nodeLine(made.nodes.at(-1)!)
  t.equal(line, '  - { name: k8s-node04, ip: 192.168.31.65, cpus: 2, memory: 3072MiB, disk: 50GiB }\n')
  t.same(labOf(fourNodes(line)).nodes, made.nodes, 'read again it is the same node')
  t.match(withNode(lab, { name: 'x', ip: '192.168.31.9', cpus: 3, memory: '4GiB', disk: '60GiB' }).nodes.at(-1), {
    ip: '192.168.31.9',
    cpus: 3,
    memoryMiB: 4096,
    diskGiB: 60,
  })
  t.end()
})

t.test('the address that control planes share is no node’s', (t) => {
  const roles = ['192.168.31.61', '192.168.31.62', '192.168.31.63']
  const nodes = roles.map((ip, i) => `  - { name: n${i}, ip: ${ip}, role: control-plane }\n`).join('')
  const shared = labOf(`name: a\nnodes:\n${nodes}kubernetes: { apiEndpoint: 192.168.31.64 }\n`)
  t.equal(withNode(shared, { name: 'w' }).nodes.at(-1)?.ip, '192.168.31.65')
  t.throws(() => withNode(shared, { name: 'w', ip: '192.168.31.64' }), {
    message: /192\.168\.31\.64 is the address that the control planes share/,
  })
  t.end()
})

t.test('a node that no Labfile may have', (t) => {
  for (const [o, said] of [
    [{ name: 'k8s-node01' }, /k8s-node01/],
    [{ name: 'Upper' }, /name: must be lower-case/],
    [{ name: 'x', ip: '192.168.31.62' }, /ip: /],
    [{ name: 'x', ip: '10.0.0.1' }, /ip: /],
    [{ name: 'x', memory: '4GB' }, /memory: /],
    [{ name: 'x', cpus: 0 }, /cpus: must be a whole number/],
  ] as const)
    try {
      withNode(lab, o)
      t.fail(`taken: ${JSON.stringify(o)}`)
    } catch (error) {
      t.ok(error instanceof UsageError, String(error))
      t.match((error as Error).message, said)
    }
  t.end()
})

/** The course's lab, recorded, as a program gets it. */
async function stage(t: Test, text = fourNodes()) {
  const world = makeWorld(t, { files: { Labfile: text } })
  const open = await readLab(world.env, undefined)
  const { record } = makeRun(world, open.lab)
  await writeRecord(open.paths.record, { ...record, id: open.id, labfile: open.labfile, completedUntil: 'ready' })
  return { nodes: (await openLab({ doors: fakeDoors(world) })).nodes }
}

t.test('the control plane does not leave; who is not there cannot', async (t) => {
  const s = await stage(t)
  await t.rejects(s.nodes.remove('k8s-master01', { yes: true }), {
    constructor: DriftError,
    message: 'node remove: k8s-master01 is a control plane, and those cannot leave a lab that is up',
    hint: 'change the Labfile, then klab destroy and klab up',
  })
  const ha = readFileSync(`${root}/labs/ha/Labfile`, 'utf8')
  const three = await stage(t, ha)
  await t.rejects(three.nodes.remove('k8s-master03', { yes: true }), {
    constructor: DriftError,
    message: /k8s-master03 is a control plane/,
  })
  // Its control plane takes pods only if there is no worker.
  const two = await stage(t, fourNodes().split('\n').slice(0, 4).join('\n'))
  await t.rejects(two.nodes.remove('k8s-node01', { yes: true }), {
    constructor: DriftError,
    message: /^this change needs a new lab:\n.*nodes\[1\]/,
    hint: 'change the Labfile, then klab destroy and klab up',
  })
  await t.rejects(s.nodes.remove('k8s-node09'), {
    constructor: UsageError,
    message: /^node remove: k8s-node09: no such/,
  })
  await t.rejects(s.nodes.drain('k8s-node09'), { constructor: UsageError, message: /there are k8s-master01, / })
})

t.test('drain asks the API server, and needs one', async (t) => {
  const s = await stage(t)
  await t.rejects(s.nodes.drain('k8s-node01'), { constructor: StateError, message: /no cluster yet/ })
  const plain = await stage(t, fourNodes('kubernetes: false\n'))
  await t.rejects(plain.nodes.drain('k8s-node01'), { constructor: StateError, message: /no cluster in this Labfile/ })
})

t.test('a lab that was never up has no nodes to change', async (t) => {
  const world = makeWorld(t, { files: { Labfile: fourNodes() } })
  mkdirSync(join(world.dir, 'x'))
  writeFileSync(join(world.dir, 'x/Labfile'), fourNodes())
  const { nodes } = await openLab({ doors: fakeDoors(world), file: join(world.dir, 'x') })
  await t.rejects(nodes.add({ name: 'k8s-node04' }), { message: /is not up/ })
})
