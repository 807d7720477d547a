import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Synced } from '../../src/index.js'
import { changesOf, treeOf } from '../../src/lab/tree-diff.js'
import { domainName } from '../../src/node/names.js'
import { openShells } from './facade-stage.js'

const NODE = 'k8s-node01'

async function openLesson(t: Test) {
  const s = await openShells(t, 'lesson', NODE)
  const { here } = s
  const there = (...parts: string[]): string => s.there('l', ...parts)
  mkdirSync(here('sub'), { recursive: true })
  mkdirSync(here('empty'))
  writeFileSync(here('sub', '-a b'), 'one')
  writeFileSync(here('run.sh'), '#!/bin/sh\n')
  chmodSync(here('run.sh'), 0o755)
  symlinkSync('sub', here('link'))
  const targets = [{ node: NODE, path: 'l' }]
  return { ...s, there, targets }
}

t.test('all of it, then only what has changed; modes and links too', async (t) => {
  const s = await openLesson(t)
  t.same(await s.lab.sync(s.here(), s.targets), [{ node: NODE, path: 'l', files: 2, bytes: 13, removed: 0 }])
  t.equal(readFileSync(s.there('sub', '-a b'), 'utf8'), 'one')
  t.equal(statSync(s.there('run.sh')).mode & 0o777, 0o755)
  t.equal(readlinkSync(s.there('link')), 'sub')
  t.ok(statSync(s.there('empty')).isDirectory())
  t.match(await s.lab.sync(s.here(), s.targets), [{ files: 0, bytes: 0, removed: 0 }], 'nothing is sent again')
  writeFileSync(s.here('sub', '-a b'), 'longer')
  t.match(await s.lab.sync(s.here(), s.targets), [{ files: 1, bytes: 6 }])
  chmodSync(s.here('run.sh'), 0o644)
  t.match(await s.lab.sync(s.here(), s.targets), [{ files: 1 }])
  utimesSync(s.here('run.sh'), 1, 1)
  t.match(await s.lab.sync(s.here(), s.targets), [{ files: 1 }])
})

t.test('several nodes, side by side', async (t) => {
  const s = await openLesson(t)
  const done = await s.lab.sync(s.here(), [...s.targets, { node: 'k8s-node02', path: 'x' }])
  t.match(done, [{ node: NODE, files: 2 }, { node: 'k8s-node02', files: 2 }]) // prettier-ignore
  t.ok(existsSync(join(s.shell.home('k8s-node02'), 'x', 'run.sh')))
})

t.test('what only the guest has stays, unless told; what is in the way goes', async (t) => {
  const s = await openLesson(t)
  await s.lab.sync(s.here(), s.targets)
  mkdirSync(s.there('mine'))
  writeFileSync(s.there('mine', '-rf'), 'mine')
  rmSync(s.here('empty'), { recursive: true })
  t.match(await s.lab.sync(s.here(), s.targets), [{ removed: 0 }])
  t.ok(existsSync(s.there('mine', '-rf')) && existsSync(s.there('empty')))
  // A link in the guest where a folder is here must not lead the files elsewhere.
  const outside = join(s.shell.home(NODE), 'outside')
  mkdirSync(outside)
  rmSync(s.there('sub'), { recursive: true })
  symlinkSync('../outside', s.there('sub'))
  t.match(await s.lab.sync(s.here(), s.targets), [{ files: 1, removed: 1 }])
  t.notOk(existsSync(join(outside, '-a b')))
  t.ok(lstatSync(s.there('sub')).isDirectory())
  t.match(await s.lab.sync(s.here(), s.targets, { delete: true }), [{ removed: 2 }])
  t.notOk(existsSync(s.there('mine')) || existsSync(s.there('empty')))
  t.equal(readFileSync(s.there('sub', '-a b'), 'utf8'), 'one')
})

t.test('watch: after each change, after a restored guest, and on when a node was away', async (t) => {
  const s = await openLesson(t)
  const { clock, hypervisor } = s.world
  const domain = domainName(s.id, NODE)
  const told: (readonly Synced[])[] = []
  const steps: (() => void | Promise<void>)[] = [
    () => writeFileSync(s.here('new'), 'new'),
    () => void hypervisor.calls.push('nothing has changed'),
    () => hypervisor.stop(domain, 0).then(() => writeFileSync(s.here('later'), 'later')),
    () => hypervisor.start(domain),
    () => rmSync(s.there('new')),
  ]
  let looks = 0
  const sleep = clock.sleep.bind(clock)
  clock.sleep = async (ms, signal) => {
    const step = steps.shift()
    if (step) await step()
    else if (++looks === 40) s.world.abort.abort()
    return sleep(ms, signal)
  }
  await s.lab.watchSync(s.here(), s.targets, { onSynced: (done) => told.push(done) })
  t.same(told.map(([d]) => d?.files), [2, 1, 1, 1]) // prettier-ignore
  t.same(s.warned(), [`${NODE} is off`])
  t.equal(readFileSync(s.there('new'), 'utf8'), 'new', 'it came back')
})

t.test('mistakes', async (t) => {
  const s = await openLesson(t)
  await t.rejects(s.lab.sync(s.here('none'), s.targets), { name: 'UsageError', message: /no such folder/ })
  await t.rejects(s.lab.sync(s.here(), []), { name: 'UsageError' })
  await t.rejects(s.lab.sync(s.here(), [{ node: NODE, path: '' }]), { name: 'UsageError', message: /name the folder/ })
  await t.rejects(s.lab.sync(s.here(), [{ node: 'nobody', path: 'x' }]), { name: 'UsageError' })
})

t.test('a folder that only there is in the way is removed once, with all in it', async (t) => {
  const s = await openLesson(t)
  const here = await treeOf(s.here())
  const there = new Map([...here, ['x', here.get('sub')!], ['x/y', here.get('run.sh')!]])
  t.same(changesOf(here, there, { extra: true }), { send: [], remove: ['x'] })
  t.same(changesOf(here, there, { extra: false }), { send: [], remove: [] })
})
