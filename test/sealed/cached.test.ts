import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { destroy } from '../../src/lab/destroy.js'
import { domainName } from '../../src/node/names.js'
import { adoptCached, keepCached, listCached } from '../../src/sealed/cached.js'
import { remove } from '../../src/snapshot/remove.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { cachePaths, labPaths } from '../../src/state/paths.js'
import { readRecord, type LabRecord } from '../../src/state/record.js'
import { all, makeStage, type Stage } from '../snapshot/stage.js'

const KEY = 'k'.repeat(64)

/** A running lab whose word is `ready`, kept in the cache; the snapshot that it was made of is gone. */
async function sealed(t: Test): Promise<Stage> {
  const stage = await makeStage(t)
  const { lab, world } = stage
  writeFileSync(lab.record.labfile, 'name: course\n')
  for (const n of stage.nodes) {
    writeFileSync(lab.paths.node(n).seed, `seed of ${n}`)
    writeFileSync(`${lab.paths.node(n).hostKey}.pub`, `ssh-ed25519 AAAA ${n}\n`)
  }
  stage.write('ready')
  const manifest = await save(lab, { name: 'sealed', kind: 'auto' })
  await keepCached(lab, manifest, KEY)
  await remove(lab, manifest)
  stage.write('later')
  await destroy(world, { id: lab.record.id, name: lab.record.name, paths: lab.paths }, () => undefined)
  return stage
}

/** The record as it is made for a lab that has none. */
const anew = (record: LabRecord): LabRecord =>
  Object.fromEntries(
    Object.entries(record).filter(([key]) => !['disks', 'snapshot'].includes(key)),
  ) as unknown as LabRecord

const files = (stage: Stage): readonly string[] =>
  stage.nodes.flatMap((n) =>
    ['disk.qcow2', 'memory'].map((f) => join(cachePaths(stage.world.roots).seals, KEY, 'nodes', n, f)),
  )

/** The lab that comes of it, restored. */
async function back(stage: Stage, record: LabRecord): Promise<{ lab: LockedLab; read: () => readonly string[] }> {
  const { world } = stage
  const paths = labPaths(world.roots, record.id)
  const [found] = await listCached(world)
  if (!found) throw new Error('nothing in the cache')
  const manifest = await adoptCached(world, paths, found, record)
  const now = await readRecord(paths.record)
  if (!now) throw new Error('no record')
  const lab: LockedLab = { world, paths, record: now, say: () => undefined }
  await restore(lab, manifest)
  return {
    lab,
    read: () =>
      stage.nodes.map((n) => {
        const { ram, disk } = world.hypervisor.read(domainName(record.id, n))
        return `${ram}/${disk}`
      }),
  }
}

t.test('the same lab again: RAM and disks are used where they are, and stay', async (t) => {
  const stage = await sealed(t)
  t.strictSame(await stage.world.hypervisor.list(), [], 'the lab had been destroyed')
  const before = files(stage).map((f) => readFileSync(f, 'utf8'))
  for (const f of files(stage)) t.equal(statSync(f).mode & 0o777, 0o400)
  for (let round = 0; round < 2; round++) {
    const record = anew(stage.lab.record)
    const { lab, read } = await back(stage, record)
    t.strictSame(read(), all('ready'))
    const manifest = JSON.parse(
      readFileSync(join(lab.paths.snapshots, lab.record.snapshot!, 'manifest.json'), 'utf8'),
    ) as {
      nodes: { memory: { path: string } }[]
    }
    t.strictSame(
      manifest.nodes.map((n) => n.memory.path),
      files(stage).filter((f) => f.endsWith('memory')),
      'no copy',
    )
    t.equal(lab.record.image?.boot.kind, 'disk')
    t.match(readFileSync(lab.paths.key, 'utf8'), 'lab key')
    for (const n of stage.nodes) t.equal(readFileSync(lab.paths.node(n).seed, 'utf8'), `seed of ${n}`)
    for (const n of stage.nodes) stage.world.hypervisor.write(domainName(lab.record.id, n), 'spoilt')
    await destroy(stage.world, { id: lab.record.id, name: 'course', paths: lab.paths }, () => undefined)
    t.notOk(existsSync(lab.paths.dir))
    t.strictSame(
      files(stage).map((f) => readFileSync(f, 'utf8')),
      before,
      'neither machines nor destroy touch the cache',
    )
  }
})

t.test('another lab of the same Labfile: a copy of the RAM, with its own name in it', async (t) => {
  const stage = await sealed(t)
  const before = files(stage).map((f) => readFileSync(f, 'utf8'))
  const record = anew(stage.lab.record)
  const ports = Object.fromEntries(
    Object.entries(record.ports).map(([n, p], i) => [
      n,
      { ...p, ssh: 23_000 + i, ...(p.api === undefined ? {} : { api: 23_100 }) },
    ]),
  )
  const { lab, read } = await back(stage, { ...record, id: 'course-11111111', ports })
  t.strictSame(read(), all('ready'))
  t.match(lab.record.origin, { id: stage.lab.record.id, seal: KEY }, 'knows where its cards come from')
  const spec = stage.world.hypervisor.specOf(domainName('course-11111111', stage.nodes[0]!))
  const { lab: first } = await back(stage, record)
  t.same(
    stage.world.hypervisor.specOf(domainName(first.record.id, stage.nodes[0]!))?.mgmt?.mac,
    spec?.mgmt?.mac,
    'the same cards beside each other',
  )
  const snapshot = (await import('../../src/snapshot/manifest.js')).listManifests
  for (const m of await snapshot(lab.paths)) await remove(lab, m)
  t.strictSame(
    files(stage).map((f) => readFileSync(f, 'utf8')),
    before,
    'deleting the snapshot leaves the cache alone',
  )
})
