/** klab killed (in the fake world) at every change that a verb makes. */
import { existsSync } from 'node:fs'
import t from 'tap'
import { domainName } from '../../src/node/names.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { recover } from '../../src/snapshot/recover.js'
import { restore } from '../../src/snapshot/restore.js'
import { all, Killed, makeStage, saveAs } from './stage.js'

/** A word that every node holds in RAM and on disk; undefined when they differ. */
const common = (states: readonly string[]): string | undefined => {
  const [ram, disk] = states[0]!.split('/')
  return ram === disk && states.every((x) => x === states[0]) ? ram : undefined
}

t.test('killed when one of them had been written alone: no snapshot of two moments', async (t) => {
  const s = await makeStage(t)
  for (const node of ['k8s-node01', 'k8s-node02', 'k8s-node03', 'k8s-master01'])
    s.world.hypervisor.idle.add(domainName(s.lab.record.id, node))
  // All four come to their end, each at a moment of its own, and nobody is there to see it.
  s.world.hypervisor.onCall = (verb) => {
    if (verb === 'abort-job') throw new Killed()
  }
  await t.rejects(saveAs(s, 'a'))
  s.world.hypervisor.idle.clear()
  const { lab } = await s.again()
  t.match(await recover(lab), /saving a was interrupted and has been undone/)
  t.strictSame(await listManifests(lab.paths), [])
  t.strictSame(await s.read(), all('zero'))
})

t.test('killed at every change of a save: the snapshot is whole or not there, and the lab runs', async (t) => {
  for (let n = 0, calls = Infinity; n < calls; n++) {
    const s = await makeStage(t)
    await saveAs(s, 'zero')
    s.write('one')
    s.killAt(n)
    const first = await saveAs(s, 'one').catch(() => undefined)
    const next = await s.again()
    if (first) calls = n
    const said = await recover(next.lab)
    t.strictSame(await s.read(), all('one'), `killed at ${n}: ${said ?? 'nothing to recover'}`)
    t.notOk(existsSync(next.lab.paths.journal))
    const there = (await listManifests(next.lab.paths)).find((m) => m.name === 'one')
    s.write('two')
    const back = await recover(next.lab)
    t.equal(back, undefined)
    for (const m of await listManifests(next.lab.paths)) {
      s.world.clock.time += 1000
      await restore(next.lab, m)
      t.equal(common(await s.read()), m.name, `killed at ${n}, then ${m.name}`)
    }
    if (first) t.ok(there)
  }
})

t.test('killed at every change of a restore: all nodes as before, or all as in the snapshot', async (t) => {
  const ends = new Set<string>()
  for (let n = 0, calls = Infinity; n < calls; n++) {
    const s = await makeStage(t)
    const zero = await saveAs(s, 'zero')
    s.write('now')
    s.world.clock.time += 1000
    s.killAt(n)
    const done = await restore(s.lab, zero).catch(() => undefined)
    const next = await s.again()
    if (done) calls = n
    const said = await recover(next.lab)
    const word = common(await s.read())
    t.ok(word === 'now' || word === 'zero', `killed at ${n}: ${word ?? 'mixed'}; ${said ?? 'nothing to recover'}`)
    ends.add(word ?? '')
    t.notOk(existsSync(next.lab.paths.journal))
  }
  t.strictSame(ends, new Set(['now', 'zero']))
})
