import t from 'tap'
import { isManifest } from '../../src/snapshot/manifest-form.js'
import { inTreeOrder } from '../../src/snapshot/tree.js'
import type { Manifest } from '../../src/snapshot/types.js'

const frozen = { path: '/x/a.qcow2', size: 5, mtimeMs: 1 }
const WHOLE: Manifest = {
  format: 1,
  id: 'm5zero',
  name: 'one',
  message: '',
  kind: 'manual',
  createdAt: '2026-01-01T00:00:00.000Z',
  parent: null,
  accel: 'tcg',
  ready: ['a'],
  pauseMs: 1,
  skewMs: 1,
  nodes: [{ node: 'a', disk: frozen, memory: { ...frozen, path: '/x/a.mem' } }],
}

t.test('a manifest that was edited is told from a whole one, whichever field it is', (t) => {
  t.ok(isManifest(WHOLE))
  t.ok(isManifest({ ...WHOLE, parent: 'm4', ready: null, origin: { lab: 'a', seal: 'b', importedAt: 'c' } }))
  const bad: Record<string, unknown[]> = {
    kind: [null, 'other'],
    accel: ['hvf', undefined],
    parent: [undefined, 1, {}],
    ready: ['a', [1], undefined],
    qemu: [7, [[]]],
    completedUntil: [null],
    pauseMs: ['1', undefined],
    nodes: [
      [],
      {},
      [null],
      [{ node: '../a', disk: frozen }],
      [{ node: 'a', disk: { ...frozen, path: 'a.qcow2' } }],
      [{ node: 'a', disk: frozen, memory: null }],
    ],
    origin: [null, 1, { lab: 1 }],
  }
  for (const [field, values] of Object.entries(bad))
    for (const value of values) t.notOk(isManifest({ ...WHOLE, [field]: value }), `${field}: ${JSON.stringify(value)}`)
  for (const other of [null, undefined, 1, [], 'x']) t.notOk(isManifest(other))
  t.end()
})

t.test('parents that go round in a ring hide no snapshot', (t) => {
  const of = (id: string, parent: string | null): Manifest => ({ ...WHOLE, id, parent })
  const ids = (...all: Manifest[]) => inTreeOrder(all, null).map((m) => `${m.depth}${m.id}`)
  t.same(ids(of('a', null), of('b', 'a'), of('c', 'gone'), of('d', 'b')), ['0a', '1b', '2d', '0c'])
  t.same(ids(of('a', 'a'), of('b', 'a')), ['0a', '1b'])
  t.same(ids(of('a', 'b'), of('b', 'a'), of('c', 'b')), ['0a', '0b', '1c'])
  t.end()
})
