import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatList } from '../../src/cli/snapshot.js'
import type { ListedSnapshot } from '../../src/snapshot/tree.js'
import { makeKlab } from './klab.js'

t.jobs = 2

const manifest = (id: string, name: string, parent: string | null) => ({
  format: 1,
  id,
  name,
  message: `about ${name}`,
  kind: 'manual',
  createdAt: '2026-01-01T00:00:00.000Z',
  parent,
  accel: 'tcg',
  ready: null,
  pauseMs: 1500,
  skewMs: 20,
  nodes: [
    {
      node: 'k8s-master01',
      disk: { path: '/nowhere/disk', size: 2 ** 20, mtimeMs: 0 },
      memory: { path: '/nowhere/mem', size: 2 ** 21, mtimeMs: 0 },
    },
  ],
})

t.test('list and show: a tree with the current one marked; the same as JSON', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record({ snapshot: 'b' })
  t.match(await klab.run('snapshot', 'list'), { code: 0, stdout: /^no snapshots; klab snapshot save/, stderr: '' })
  for (const m of [manifest('a', 'first', null), manifest('b', 'second', 'a')]) {
    mkdirSync(join(paths.snapshots, m.id), { recursive: true })
    writeFileSync(join(paths.snapshots, m.id, 'manifest.json'), JSON.stringify(m))
  }
  const text = (await klab.run('snapshot', 'list')).stdout
  t.match(text, /^ {2}first +\d+d +2026-01-01 00:00:00 +running +0 MiB +about first$/m)
  t.match(text, /^\* {3}second /m)
  const listed = JSON.parse((await klab.run('snapshot', 'list', '--json')).stdout) as ListedSnapshot[]
  t.match(listed, [
    { name: 'first', depth: 0, current: false },
    { name: 'second', depth: 1, current: true },
  ])
  t.match(formatList(listed, Date.parse('2026-01-01T03:30:00Z')), /^ {2}first +3h30m /m)
  t.match(
    (await klab.run('snapshot', 'show', 'second')).stdout,
    /^after +first$[^]*^lab +running; paused for 1500 ms, nodes 20 ms apart$[^]*^k8s-master01 +RAM 2 MiB, disk 1 MiB$/m,
  )
  t.match(await klab.run('snapshot', 'show', 'secnd'), {
    code: 1,
    stderr: /there is no snapshot secnd\n.*klab snapshot show second/,
  })
  for (const verb of ['restore', 'delete'])
    t.match(await klab.run('snapshot', verb, 'secnd'), {
      code: 1,
      stderr: new RegExp(`there is no snapshot secnd\ntry: klab snapshot ${verb} second\n`),
    })
  t.match(await klab.run('snapshot', 'restore', 'zzz'), {
    code: 1,
    stderr: /no snapshot zzz\ntry: klab snapshot list\n/,
  })
})

t.test('what cannot be done says so, and changes nothing', async (t) => {
  const klab = makeKlab(t)
  t.match(await klab.run('snapshot', 'save', 'x'), { code: 1, stderr: /this lab is not up[^]*klab up/ })
  klab.record({}, [1, 1, 3, 5])
  t.match(await klab.run('snapshot', 'save', 'x'), {
    code: 1,
    stderr: /all nodes must run, or all be off: .*k8s-node03 is shut-off/,
  })
  for (const [argv, said] of [
    [['save', '../x'], /not a name for a snapshot/],
    [['save', 'undo'], /klab uses this name itself/],
    [['restore'], /needs <name>, the snapshot/],
    [['delete'], /needs <name>/],
    [['show'], /needs <name>/],
    [['export', 'a'], /needs <to>, the file to write/],
    [['sav'], /snapshot sav: no such action/],
    [[], /snapshot: /],
  ] as const)
    t.match(await klab.run('snapshot', ...argv), { code: 2, stdout: '', stderr: said }, argv.join(' '))
  t.match(await klab.run('snapshot', 'undo'), { code: 1, stderr: /there is no snapshot undo/ })
  t.match(await klab.run('snapshot', 'pop'), { code: 1, stderr: /nothing has been pushed\n.*klab snapshot push/ })
})
