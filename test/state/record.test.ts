import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { allocatePorts, isFree, reservedPorts } from '../../src/state/ports.js'
import { listRecords, readRecord, writeRecord, type LabRecord } from '../../src/state/record.js'

const record = (id: string, ports: LabRecord['ports']): LabRecord => ({
  version: 1,
  id,
  name: 'lab',
  labfile: '/x/Labfile',
  labfileSha256: 'ab'.repeat(32),
  lab: {
    name: 'lab',
    hypervisor: { uri: 'auto', accel: 'auto' },
    image: { kind: 'builtin', name: 'debian-12' },
    network: { mode: 'user', cidr: '192.168.31.0/24', internet: false },
    nodes: [{ name: 'n1', role: 'control-plane', ip: '192.168.31.61', cpus: 2, memoryMiB: 3072, diskGiB: 50 }],
    kubernetes: undefined,
    mirrors: {},
    os: {
      timezone: 'Asia/Shanghai',
      locale: 'C.UTF-8',
      timeServers: [],
      ipvs: true,
      kernel: 'stock',
      user: 'klab',
      authorizedKeys: [],
    },
  },
  uri: 'qemu:///session',
  accel: 'tcg',
  ports,
  createdAt: '2026-11-23T12:00:00.000Z',
})

t.test('read back as written, 0600; anything else is undefined', async (t) => {
  const path = join(t.testdir(), 'labs', 'lab-1', 'lab.json')
  t.equal(await readRecord(path), undefined)
  const r = record('lab-1', { n1: { ssh: 22001, api: 22002 } })
  await writeRecord(path, r)
  t.match(await readRecord(path), {
    id: 'lab-1',
    ports: { n1: { ssh: 22001, api: 22002 } },
    lab: { nodes: [{ name: 'n1' }] },
  })
  t.equal(statSync(path).mode & 0o777, 0o600)
  const text = JSON.stringify(r)
  const bad: unknown[] = [
    [],
    null,
    { ...r, version: 2 },
    { ...r, id: 7 },
    { ...r, ports: { n1: {} } },
    { ...r, ports: [] },
    { ...r, lab: { nodes: [{}] } },
    { ...r, lab: {} },
  ]
  for (const content of [text.slice(0, -5), '', ...bad.map((b) => JSON.stringify(b))]) {
    writeFileSync(path, content)
    t.equal(await readRecord(path), undefined, content.slice(0, 60))
  }
  mkdirSync(join(path, '..', 'dir'))
  t.equal(await readRecord(join(path, '..', 'dir')), undefined, 'a folder in its place')
})

t.test('records of other labs reserve their ports', async (t) => {
  const state = t.testdir()
  t.same(await reservedPorts(state), new Set())
  await writeRecord(
    join(state, 'labs', 'a-1', 'lab.json'),
    record('a-1', { n1: { ssh: 22001, api: 22002 }, n2: { ssh: 22003 } }),
  )
  await writeRecord(join(state, 'labs', 'b-2', 'lab.json'), record('b-2', { n1: { ssh: 22010 } }))
  mkdirSync(join(state, 'labs', 'c-3'))
  writeFileSync(join(state, 'labs', 'c-3', 'lab.json'), '{"version":1,')
  t.same(
    (await listRecords(state)).map((r) => r.id),
    ['a-1', 'b-2'],
  )
  t.same(await reservedPorts(state), new Set([22001, 22002, 22003, 22010]))
  t.same(await reservedPorts(state, { id: 'a-1', lab: { nodes: [] } }), new Set([22010]))
})

t.test('ports: from the range, the same for the same seed, never taken or busy ones', async (t) => {
  const ports = await allocatePorts(5, new Set(), 'lab-1')
  t.equal(new Set(ports).size, 5)
  t.ok(ports.every((p) => p >= 22000 && p <= 31999))
  t.same(await allocatePorts(5, new Set(), 'lab-1'), ports)
  t.notSame(await allocatePorts(5, new Set(), 'lab-2'), ports)
  const busy = createServer().listen(ports[1], '127.0.0.1')
  await once(busy, 'listening')
  t.teardown(() => busy.close())
  t.notOk(await isFree(ports[1]!))
  const next = await allocatePorts(5, new Set([ports[0]!]), 'lab-1')
  t.same(next.slice(0, 3), ports.slice(2), 'goes on after the taken and the busy one')
  const all = new Set(Array.from({ length: 10_000 }, (_, i) => 22_000 + i))
  all.delete(ports[2]!)
  t.same(await allocatePorts(1, all, 'any'), [ports[2]], 'wraps round to the only one left')
  await t.rejects(allocatePorts(2, all, 'any'), {
    code: 'host',
    message: 'only 1 of 2 ports are free on 127.0.0.1 in 22000 to 31999',
  })
})
