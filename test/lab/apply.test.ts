import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DriftError, StateError } from '../../src/errors.js'
import { takeOver, type Confirm } from '../../src/lab/apply.js'
import { readLab } from '../../src/lab/open.js'
import { alreadyUp, planOf, refuseDrift, up } from '../../src/lab/up-phases.js'
import { machineSpec } from '../../src/node/machine.js'
import { domainName } from '../../src/node/names.js'
import type { Event } from '../../src/report/events.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { cards, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const node = (name: string, ip: number): string => `  - { name: ${name}, ip: 192.168.31.${ip} }\n`
const [A, B, C] = [node('a', 71), node('b', 72), node('c', 73)]
const lab = (...nodes: string[]): string => `name: vms\nkubernetes: false\nnodes:\n${nodes.join('')}`

/** A lab of two machines that run; `change`: another Labfile. */
async function stage(t: Test) {
  const world = makeWorld(t, { files: { Labfile: lab(A, B) } })
  const events: Event[] = []
  const open = () => readLab(world.env, undefined)
  const go = async (confirm?: Confirm) =>
    up(world, await open(), { until: 'network', accel: 'tcg', report: (e) => events.push(e), confirm })
  await go()
  const { id, paths, lab: was } = await open()
  const run = { ...makeRun(world, was), id, paths }
  for (const n of was.nodes) {
    const spec = machineSpec(run, n, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, n.name) })
    await world.hypervisor.ensureMachine(spec)
    await world.hypervisor.start(domainName(id, n.name))
    writeFileSync(paths.node(n.name).disk, 'disk')
  }
  const record = async () => (await readRecord(paths.record))!
  return {
    world,
    events,
    open,
    go,
    id,
    paths,
    record,
    change: (text: string) => writeFileSync(join(world.dir, 'Labfile'), text),
  }
}

const yes: Confirm = () => true

t.test('a node more: ports of its own, keys, and the others as they were; told before it is done', async (t) => {
  const s = await stage(t)
  const before = await s.record()
  s.change(lab(A, C, B))
  await s.go()
  const { ports, lab: now, applying } = await s.record()
  t.same(
    now.nodes.map((n) => n.name),
    ['a', 'c', 'b'],
  )
  t.match(ports, before.ports)
  t.equal(new Set(Object.values(ports).map((p) => p.ssh)).size, 3)
  t.ok(existsSync(s.paths.node('c').hostKey))
  t.match(
    s.events.filter((e) => e.type === 'note'),
    [{ text: 'the Labfile changed:\n  + c is booted' }],
  )
  t.equal(applying?.nodes.length, 2, 'this plan had no boot: the other guests are still to hear of it')
  t.equal(await alreadyUp(s.world, await s.open(), 'network'), undefined)
})

t.test('a node less: asked first; then its machine, files and ports go, and nothing else', async (t) => {
  const s = await stage(t)
  s.change(lab(A))
  const same = await s.record()
  await t.rejects(s.go(), { constructor: StateError, message: /^b would be removed/, hint: 'klab up --yes' })
  await t.rejects(
    s.go(() => false),
    { message: 'nothing was changed' },
  )
  t.same(await s.record(), same)
  let asked: unknown
  await s.go((changes) => ((asked = changes), true))
  t.match(asked, [{ path: 'nodes[1]', leaves: 'b' }])
  t.same(
    (await s.world.hypervisor.owned(s.id)).map((m) => [m.node, m.state]),
    [['a', 'running']],
  )
  t.notOk(existsSync(s.paths.node('b').dir))
  t.ok(existsSync(s.paths.node('a').disk))
  t.same(Object.keys((await s.record()).ports), ['a'])
})

t.test('killed while a node leaves: the record still has it, and the next up does the rest', async (t) => {
  const s = await stage(t)
  s.change(lab(A))
  s.world.hypervisor.onCall = (verb) => {
    if (verb === 'remove') throw new StateError('no')
  }
  await t.rejects(s.go(yes), { name: 'StepError', message: /^leave\/b: no/ })
  t.equal((await s.record()).lab.nodes.length, 2)
  s.world.hypervisor.onCall = () => undefined
  await s.go(yes)
  t.equal((await s.record()).lab.nodes.length, 1)
})

t.test('a node that a snapshot has stays', async (t) => {
  const s = await stage(t)
  const dir = join(s.paths.snapshots, 'x')
  mkdirSync(dir, { recursive: true })
  const disk = { path: '/x', size: 1, mtimeMs: 0 }
  const m = {
    format: 1,
    id: 'x',
    name: 'lesson',
    message: '',
    kind: 'manual',
    createdAt: '2026-01-01T00:00:00.000Z',
    parent: null,
    ready: null,
    pauseMs: 0,
    skewMs: 0,
    accel: 'tcg',
    nodes: [
      { node: 'a', disk },
      { node: 'b', disk },
    ],
  }
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(m))
  s.change(lab(A))
  await t.rejects(s.go(yes), { message: /^b: part of 1 snapshots: lesson$/, hint: 'klab snapshot delete lesson' })
  t.equal((await s.record()).lab.nodes.length, 2)
})

t.test('memory: in the record now, in the machine from its next boot on', async (t) => {
  const s = await stage(t)
  s.change(lab(A.replace(' }', ', memory: 4GiB }'), B))
  await s.go()
  t.equal((await s.record()).lab.nodes[0]?.memoryMiB, 4096)
  t.match(
    s.events.find((e) => e.type === 'note'),
    { text: /nodes\[0\]\.memoryMiB: 3072 → 4096: from the next boot of a on \(klab reload a\)/ },
  )
  t.equal(s.world.hypervisor.specOf(domainName(s.id, 'a'))?.memoryMiB, 3072, 'it runs')
})

t.test('one change that needs a new lab: nothing of it is done', async (t) => {
  const s = await stage(t)
  s.change(lab(A.replace('71', '75'), B, C))
  const same = await s.record()
  await t.rejects(s.go(yes), {
    constructor: DriftError,
    message: /nodes\[0\]\.ip: "192\.168\.31\.71" → "192\.168\.31\.75": needs a new lab\n {2}\+ c is booted$/,
    changes: [
      { path: 'nodes[0].ip', when: 'new-lab' },
      { path: 'nodes[2]', when: 'now', joins: 'c' },
    ],
    hint: /^klab destroy/,
  })
  t.same(await s.record(), same)
})

t.test('a lab that came sealed has no image for a new node', async (t) => {
  const s = await stage(t)
  await writeRecord(s.paths.record, { ...(await s.record()), image: { boot: { kind: 'disk' } as never } })
  s.change(lab(A, B, C))
  await t.rejects(s.go(), { constructor: DriftError, message: /made from a sealed one/ })
})

t.test('verbs that take nothing over say who does', async (t) => {
  const s = await stage(t)
  s.change(lab(A, B, C))
  const open = await s.open()
  t.throws(() => refuseDrift(open), { name: 'DriftError', hint: 'klab up takes it over' })
})

t.test('the plan has what guests that were there must hear of, after the boot', async (t) => {
  const s = await stage(t)
  s.change(lab(A, B, C))
  await s.go()
  const { plan } = await planOf(s.world, await s.open(), { until: 'ready', accel: 'tcg' })
  const names = plan.phases.map((p) => p.name)
  t.equal(names[names.indexOf('boot') + 1], 'settings')
  t.same(
    plan.phases.find((p) => p.name === 'settings')?.steps.map((x) => x.id),
    ['settings/a', 'settings/b', 'settings/c'],
  )
})

t.test('a worker leaves three control planes: more than half of them must run, or all are booted first', async (t) => {
  const text = readFileSync(`${root}/labs/ha/Labfile`, 'utf8')
  for (const [off, phase] of [
    [['k8s-master01'], 'leave'],
    [['k8s-master01', 'k8s-master03'], 'network'],
  ] as const) {
    const world = makeWorld(t, { kubectl: () => new StateError('as far as the test goes') })
    const run = makeRun(world, labOf(text), { keys: true })
    writeFileSync(run.paths.kubeconfig, 'ca')
    for (const n of run.lab.nodes) {
      const spec = machineSpec(run, n, { boot: { kind: 'disk' }, bundleIso: undefined, nics: cards(run, n.name) })
      await world.hypervisor.ensureMachine(spec)
      if (!off.some((name) => name === n.name)) await world.hypervisor.start(domainName(run.id, n.name))
    }
    const begun: string[] = []
    const report = (e: Event) => {
      if (e.type === 'phase') begun.push(e.phase)
    }
    const { record, paths } = run
    const less = { ...run.lab, nodes: run.lab.nodes.filter((n) => n.role === 'control-plane') }
    const change = { ...less, nodes: [...less.nodes, { ...run.lab.nodes.at(-1)!, name: 'other', ip: '192.168.31.99' }] }
    await t.rejects(takeOver({ world, paths, record, report }, change, () => run))
    t.equal(begun[0], phase, `${off.length} of three are off`)
  }
})
