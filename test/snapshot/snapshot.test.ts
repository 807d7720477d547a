import { chmodSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { CorruptError, StateError, UsageError } from '../../src/errors.js'
import { domainName } from '../../src/node/names.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { remove, renameSnapshot } from '../../src/snapshot/remove.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import { inTreeOrder, listSnapshots } from '../../src/snapshot/tree.js'
import { all, makeStage, saveAs, type Stage } from './stage.js'

const disksOf = (s: Stage, node = 'k8s-node01'): string[] =>
  readdirSync(s.lab.paths.node(node).dir).filter((f) => f.startsWith('disk'))

t.test('save, go on, come back, as often as wanted, from anywhere to anywhere', async (t) => {
  const s = await makeStage(t)
  const zero = await saveAs(s, 'zero')
  t.strictSame(await s.read(), all('zero'), 'saving changes nothing')
  s.write('one')
  const one = await saveAs(s, 'one')
  s.write('lost')
  for (const [m, word] of [
    [zero, 'zero'],
    [one, 'one'],
    [one, 'one'],
    [zero, 'zero'],
  ] as const) {
    s.world.clock.time += 1000
    await restore(s.lab, m)
    t.strictSame(await s.read(), all(word))
    s.write('scribble')
  }
  t.equal(one.parent, zero.id)
  t.notOk(existsSync(s.lab.paths.journal))
})

t.test('frozen files can no longer be written by accident, and what nobody needs goes', async (t) => {
  const s = await makeStage(t)
  const zero = await saveAs(s, 'zero')
  for (const n of zero.nodes) for (const f of [n.disk, n.memory!]) t.equal(statSync(f.path).mode & 0o777, 0o400, f.path)
  t.equal(disksOf(s).length, 2)
  for (let i = 0; i < 3; i++) {
    s.world.clock.time += 1000
    await restore(s.lab, zero)
  }
  t.equal(disksOf(s).length, 2, 'the overlays of states that were given up')
})

t.test('all are paused before the first byte is written, and until the last one is', async (t) => {
  const s = await makeStage(t)
  const seen: string[] = []
  s.world.hypervisor.onCall = (verb) => void seen.push(verb)
  const four = (verb: string): string[] => Array<string>(4).fill(verb)
  const moment = [...four('pause'), ...four('freeze'), 'resume']
  await save(s.lab, { name: 'undo', kind: 'auto' })
  t.strictSame(seen, moment)
  seen.length = 0
  await saveAs(s, 'a')
  t.strictSame(seen.slice(0, moment.length), moment, 'also when most is written while they run')
})

t.test('nodes that cannot be caught together while they run are paused for the whole save', async (t) => {
  const s = await makeStage(t)
  s.world.hypervisor.idle.add(domainName(s.lab.record.id, 'k8s-node02'))
  const a = await saveAs(s, 'a')
  t.match(s.said, [/with all of them paused/])
  t.strictSame(
    (await listManifests(s.lab.paths)).map((m) => m.id),
    [a.id],
    'of the first try nothing is left',
  )
  s.write('later')
  s.world.clock.time += 1000
  await restore(s.lab, a)
  t.strictSame(await s.read(), all('zero'))
})

t.test('a node that dies while the others stand still: no snapshot, the others go on', async (t) => {
  const s = await makeStage(t)
  s.world.hypervisor.onCall = (verb, name) => {
    if (verb === 'pause' && name.endsWith('node03')) s.world.hypervisor.kill(domainName(s.lab.record.id, 'k8s-node02'))
  }
  await t.rejects(saveAs(s, 'a'), StateError)
  s.world.hypervisor.onCall = () => undefined
  t.strictSame(await s.read(), ['zero/zero', 'zero/zero', '-', 'zero/zero'])
  t.strictSame(await listManifests(s.lab.paths), [])
  t.notOk(existsSync(s.lab.paths.journal))
})

t.test('a mixed lab is refused, a halted one is saved cold and comes back cold', async (t) => {
  const s = await makeStage(t)
  s.write('cold')
  const domains = s.nodes.map((n) => domainName(s.lab.record.id, n))
  await s.world.hypervisor.stop(domains[1]!, 0)
  await t.rejects(saveAs(s, 'a'), { constructor: StateError, message: /k8s-node01 is shut-off/ })
  for (const d of domains) await s.world.hypervisor.stop(d, 0)
  const cold = await saveAs(s, 'cold')
  t.ok(cold.nodes.every((n) => !n.memory))
  for (const d of domains) await s.world.hypervisor.start(d)
  t.strictSame(await s.read(), Array(4).fill('/cold'))
  s.write('later')
  t.match(await restore(s.lab, cold), { running: false })
  t.strictSame(await s.read(), Array(4).fill('-'))
  for (const d of domains) await s.world.hypervisor.start(d)
  t.strictSame(await s.read(), Array(4).fill('/cold'))
})

t.test('names', async (t) => {
  const s = await makeStage(t)
  for (const bad of ['', 'A', '-rf', '../x', 'a b', '$(id)', 'x'.repeat(33), 'undo', 'current'])
    await t.rejects(saveAs(s, bad), UsageError, bad)
  await saveAs(s, 'a')
  await t.rejects(saveAs(s, 'a'), { constructor: StateError, message: /already/, hint: /delete a/ })
  await renameSnapshot(s.lab, 'a', 'b')
  await t.rejects(renameSnapshot(s.lab, 'a', 'c'), {
    constructor: StateError,
    message: /no snapshot a/,
    hint: 'klab snapshot rename b',
  })
  await saveAs(s, 'a')
  await t.rejects(renameSnapshot(s.lab, 'a', 'b'), StateError)
  t.strictSame(
    (await listManifests(s.lab.paths)).map((m) => m.name),
    ['b', 'a'],
  )
})

t.test('a damaged snapshot is refused before anything is touched', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  s.write('now')
  const disk = a.nodes[2]!.disk.path
  const { atime, mtime } = statSync(disk)
  utimesSync(disk, atime, new Date(mtime.getTime() + 1000))
  await t.rejects(restore(s.lab, a), { constructor: CorruptError, message: new RegExp(`${disk}: was changed`) })
  utimesSync(disk, atime, mtime)
  const memory = a.nodes[1]!.memory!.path
  chmodSync(memory, 0o600)
  writeFileSync(memory, 'x')
  await t.rejects(restore(s.lab, a), { constructor: CorruptError, message: new RegExp(`${memory}: was changed`) })
  t.strictSame(await s.read(), all('now'))
  writeFileSync(`${s.lab.paths.snapshots}/${a.id}/manifest.json`, '{"format":1}')
  await t.rejects(listManifests(s.lab.paths), CorruptError)
})

t.test('deleting frees what nothing else needs, and hurts no other snapshot', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  s.write('b')
  const b = await saveAs(s, 'b')
  s.write('c')
  s.world.clock.time += 1000
  await restore(s.lab, a)
  s.write('side')
  const side = await saveAs(s, 'side')
  t.equal(side.parent, a.id)
  t.ok((await remove(s.lab, a)) > 0)
  const left = await listManifests(s.lab.paths)
  t.strictSame(
    left.map((m) => [m.name, m.parent]),
    [
      ['b', null],
      ['side', null],
    ],
  )
  for (const [m, word] of [
    [b, 'b'],
    [side, 'side'],
  ] as const) {
    s.world.clock.time += 1000
    await restore(
      s.lab,
      left.find((x) => x.id === m.id)!,
    )
    t.strictSame(await s.read(), all(word))
  }
  await remove(s.lab, left[0]!)
  await remove(s.lab, left[1]!)
  s.write('end')
  t.strictSame(await s.read(), all('end'))
  t.strictSame(readdirSync(s.lab.paths.snapshots), [])
})

t.test('the tree: parents first, the current one marked, overlays counted once', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  await saveAs(s, 'b')
  s.world.clock.time += 1000
  await restore(s.lab, a)
  await saveAs(s, 'c')
  const manifests = await listManifests(s.lab.paths)
  const listed = await listSnapshots(manifests, s.lab.record.snapshot ?? null)
  t.strictSame(
    listed.map((m) => [m.name, m.depth, m.current]),
    [
      ['a', 0, false],
      ['b', 1, false],
      ['c', 1, true],
    ],
  )
  t.ok(listed.every((m) => m.bytes > 0))
  t.strictSame(
    inTreeOrder(manifests.slice(1), null).map((m) => m.depth),
    [0, 0],
    'a parent that is gone',
  )
})

t.test('RAM that cannot be loaded here is refused while the present machines still run', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  t.equal(a.qemu, '7.2.22')
  s.write('now')
  const { able } = s.world.hypervisor
  s.world.hypervisor.able = { ...able, qemu: '7.2.9' }
  await t.rejects(restore(s.lab, a), {
    constructor: StateError,
    message: /snapshot a .*saved by QEMU 7\.2\.22, this one is older \(7\.2\.9\)/,
  })
  s.world.hypervisor.able = able
  await t.rejects(restore({ ...s.lab, record: { ...s.lab.record, accel: 'kvm' } }, a), {
    message: /under tcg, this lab runs under kvm/,
  })
  const { path } = a.nodes[0]!.memory!
  chmodSync(path, 0o600)
  writeFileSync(path, 'not a RAM image')
  const { size, mtimeMs } = statSync(path)
  const damaged = { ...a, nodes: a.nodes.map((n, i) => (i === 0 ? { ...n, memory: { path, size, mtimeMs } } : n)) }
  await t.rejects(restore(s.lab, damaged))
  t.strictSame(await s.read(), all('now'))
  t.notOk(existsSync(s.lab.paths.journal))
})
