import { readFileSync } from 'node:fs'
import t from 'tap'
import { open } from './facade-stage.js'

t.test('save and restore: a sign of life of each stage, also in the lab’s log', async (t) => {
  const s = await open(t)
  const stages = (): string[] =>
    s.events.splice(0).flatMap((e) => (e.type === 'end' && e.outcome === 'done' ? [e.step] : []))
  await s.lab.snapshots.save({ name: 'a', live: false })
  t.strictSame(
    stages().sort(),
    ['clocks', ...s.nodes.map((n) => `ram/${n}`), ...s.nodes.map((n) => `sync/${n}`)].sort(),
  )
  s.later()
  await s.lab.snapshots.save({ name: 'b' })
  t.ok(stages().includes('ram'), 'all nodes at once, while they run')
  s.later()
  await s.lab.snapshots.restore('a', { undo: false })
  t.strictSame(stages().sort(), ['checks', ...s.nodes.map((n) => `machines/${n}`)].sort())
  t.match(readFileSync(s.paths.log, 'utf8'), /"goal":"restore"[^]*"step":"machines\/k8s-node03","outcome":"done"/)
})
