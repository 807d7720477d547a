import { readdirSync } from 'node:fs'
import t from 'tap'
import { StateError } from '../../src/errors.js'
import { domainName } from '../../src/node/names.js'
import { flatten } from '../../src/snapshot/flatten.js'
import { remove } from '../../src/snapshot/remove.js'
import { restore } from '../../src/snapshot/restore.js'
import { all, makeStage, saveAs, type Stage } from './stage.js'

const disksOf = (s: Stage): number =>
  readdirSync(s.lab.paths.node('k8s-node01').dir).filter((f) => f.startsWith('disk')).length

t.test(
  'a long chain is told of, too long a one refused, and flatten makes it short without touching a snapshot',
  async (t) => {
    const s = await makeStage(t)
    const first = await saveAs(s, 'first')
    for (let i = 2; i < 30; i++) {
      s.write(`w${i}`)
      await saveAs(s, `n${i}`)
      if (i === 11) t.strictSame(s.said, [])
      if (i === 12) t.match(s.said, [/chains of 12 files; klab snapshot flatten/])
    }
    s.write('last')
    await t.rejects(saveAs(s, 'n30'), {
      constructor: StateError,
      message: /chains of 30 files/,
      hint: /klab snapshot flatten/,
    })
    t.strictSame(await s.read(), all('last'))
    s.lab.paths.node('k8s-node01')
    t.match(await flatten(s.lab), { before: 30, after: 1, freedBytes: 0 })
    t.strictSame(await s.read(), all('last'))
    const n30 = await saveAs(s, 'n30')
    s.world.clock.time += 1000
    await restore(s.lab, first)
    t.strictSame(await s.read(), all('zero'))
    s.world.clock.time += 1000
    await restore(s.lab, n30)
    t.strictSame(await s.read(), all('last'))
  },
)

t.test('a halted lab too; what no snapshot needs is freed', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  s.write('two')
  const b = await saveAs(s, 'b')
  await remove(s.lab, a)
  await remove(s.lab, b)
  t.equal(disksOf(s), 3)
  const domains = s.nodes.map((n) => domainName(s.lab.record.id, n))
  await s.world.hypervisor.stop(domains[0]!, 0)
  await t.rejects(flatten(s.lab), { constructor: StateError, message: /all nodes must run, or all be off/ })
  for (const d of domains) await s.world.hypervisor.stop(d, 0)
  const done = await flatten(s.lab)
  t.match(done, { before: 3, after: 1 })
  t.ok(done.freedBytes > 0)
  t.equal(disksOf(s), 1)
  for (const d of domains) await s.world.hypervisor.start(d)
  t.strictSame(await s.read(), Array(4).fill('/two'))
})
