import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openLab } from '../../src/index.js'
import { acquireLock } from '../../src/host/lock.js'
import { cachePaths } from '../../src/state/paths.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf } from '../fakes/world.js'
import { makeStage } from '../snapshot/stage.js'

async function open(t: Test) {
  const s = await makeStage(t)
  const at = cachePaths(s.world.roots)
  const lab = await openLab({ doors: fakeDoors(s.world) })
  /** Used so many hours ago; a MiB. */
  const put = (dir: string, name: string, file: string, hours: number): string => {
    const path = join(dir, name)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, file), Buffer.alloc(2 ** 20, 1))
    const then = (Date.UTC(2026, 0, 1) - hours * 3_600_000) / 1000
    utimesSync(path, then, then)
    return path
  }
  const found = {
    old: put(at.layers, 'a'.repeat(64), 'disk.qcow2', 50),
    newer: put(at.layers, 'b'.repeat(64), 'disk.qcow2', 5),
    iso: put(at.layers, 'c'.repeat(64), 'bundle.iso', 1),
    part: put(at.layers, 'd'.repeat(64), 'origin', 1),
    work: put(join(s.world.roots.cache, 'work'), 'go', 'x', 1),
    download: put(at.downloads, 'e'.repeat(64), 'x', 1),
  }
  // The stage's image, on which its four machines stand.
  const { paths, record } = s.lab
  return { ...s, ...found, lab, paths, record, id: record.id, image: join(at.layers, 'i'.repeat(64)) }
}

t.test('list: what goes first at the top; what a lab stands on goes never', async (t) => {
  const s = await open(t)
  const all = await s.lab.cache.list()
  t.same(
    all.map((e) => [e.path, e.goes]),
    [
      [s.work, 1],
      [s.download, 2],
      [s.part, 3],
      [s.iso, 4],
      [s.old, 5],
      [s.newer, 6],
      [s.image, null],
    ],
  )
  t.match(all.at(-1), { kind: 'disk image', labs: [s.id], why: `used by ${s.id}` })
  t.match(all[0], { kind: 'build folder', labs: [], usedAt: '2025-12-31T23:00:00.000Z' })
  t.ok((all[0]?.bytes ?? 0) >= 2 ** 20)
})

t.test('a lab whose bundle was never chosen, and one that got its from where auto led', async (t) => {
  const s = await open(t)
  const { kubernetes } = labOf(fourNodes('kubernetes: { bundle: auto, version: 1.23.17 }\n'))
  const lab = { ...s.record.lab, kubernetes: kubernetes! }
  for (const bundle of [undefined, { source: 'source', why: 'nobody answers' } as const]) {
    await writeRecord(s.paths.record, { ...s.record, lab, ...(bundle && { bundle }) })
    t.equal((await s.lab.cache.list()).length, 7)
  }
})

t.test('prune: in that order down to a size, else all that no lab stands on; asks first', async (t) => {
  const s = await open(t)
  await t.rejects(s.lab.cache.prune({ toSize: '8GB' }), { name: 'UsageError', message: /8GB: not a size/ })
  await t.rejects(s.lab.cache.prune({ confirm: () => false }), { name: 'StateError', message: 'nothing was removed' })
  t.ok(existsSync(s.work))
  const { removed, freedBytes } = await s.lab.cache.prune({ toSize: '4MiB' })
  t.same(removed.map((e) => e.path), [s.work, s.download, s.part].slice(0, removed.length)) // prettier-ignore
  t.ok(removed.length > 0 && freedBytes >= removed.length * 2 ** 20)
  for (const e of removed) t.notOk(existsSync(e.path))
  t.ok(existsSync(s.newer))
  const asked: number[] = []
  await s.lab.cache.prune({ confirm: (what) => asked.push(what.length) > 0 })
  t.same((await s.lab.cache.list()).map((e) => e.path), [s.image]) // prettier-ignore
  t.same(asked, [6 - removed.length])
  t.same((await s.lab.cache.prune({ confirm: () => false })).removed, [], 'nothing to ask for')
})

t.test(
  'prune: what a lab has come to stand on during the question stays, and so does all while a klab works',
  async (t) => {
    const s = await open(t)
    const image = { disk: join(s.old, 'disk.qcow2'), boot: { kind: 'disk' as const } }
    const { removed } = await s.lab.cache.prune({
      confirm: async (what) => {
        t.ok(what.some((e) => e.path === s.old))
        await writeRecord(s.paths.record, { ...s.record, image })
        return true
      },
    })
    t.ok(existsSync(s.old))
    t.notOk(removed.some((e) => e.path === s.old))
    t.notOk(existsSync(s.newer))
    const again = await open(t)
    const lock = join(again.world.roots.state, 'locks', 'x.lock')
    await t.rejects(
      again.lab.cache.prune({
        confirm: async () => (await acquireLock(again.world.host, lock, { verb: 'up', pid: 1, since: 0 }), true),
      }),
      { name: 'LockedError' },
    )
    t.ok(existsSync(again.old))
  },
)

t.test('not while a klab works on some lab; and not when it cannot be told what labs stand on', async (t) => {
  const s = await open(t)
  const lock = await acquireLock(s.world.host, join(s.world.roots.state, 'locks', 'x.lock'), {
    verb: 'up',
    pid: 1,
    since: 0,
  })
  await t.rejects(s.lab.cache.prune(), { name: 'LockedError' })
  await lock.release()
  s.world.hypervisor.unreachable = true
  await t.rejects(s.lab.cache.prune(), { name: 'HostError' })
  t.ok(existsSync(s.work))
})
