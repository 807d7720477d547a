import { rm } from 'node:fs/promises'
import t from 'tap'
import { LockedError, StateError } from '../../src/errors.js'
import { readHolder } from '../../src/host/lock.js'
import { withLab } from '../../src/lab/with-lab.js'
import { readJournal } from '../../src/snapshot/journal.js'
import { restore } from '../../src/snapshot/restore.js'
import { readRecord, writeRecord } from '../../src/state/record.js'
import { makeStage, saveAs, type Stage } from '../snapshot/stage.js'

/** A lab whose restore was killed while the machines were exchanged. */
async function killedRestore(t: Parameters<typeof makeStage>[0]): Promise<Stage> {
  const s = await makeStage(t)
  const zero = await saveAs(s, 'zero')
  s.write('now')
  s.world.clock.time += 1000
  s.killAt(12)
  await t.rejects(restore(s.lab, zero))
  await s.again()
  return s
}

t.test('the record is read under the lock, which is held until the work is done', async (t) => {
  const { world, lab } = await makeStage(t)
  await writeRecord(lab.paths.record, { ...lab.record, name: 'changed' })
  const name = await withLab(world, lab.paths, { name: 'up' }, async (record) => {
    t.match(await readHolder(lab.paths.lock), { verb: 'up' })
    await t.rejects(
      withLab(world, lab.paths, { name: 'halt' }, () => Promise.resolve()),
      LockedError,
    )
    return record?.name
  })
  t.equal(name, 'changed')
  t.equal(await readHolder(lab.paths.lock), undefined, 'given back')
})

t.test('what throws gives the lock back too', async (t) => {
  const { world, lab } = await makeStage(t)
  const fail = (): never => {
    throw new StateError('no')
  }
  await t.rejects(
    withLab(world, lab.paths, { name: 'up', record: fail }, () => Promise.resolve(t.fail('not reached'))),
    StateError,
  )
  await t.rejects(withLab(world, lab.paths, { name: 'up' }, fail), StateError)
  await withLab(world, lab.paths, { name: 'up' }, () => Promise.resolve())
})

t.test('a killed snapshot verb is finished when the verb says so, and after the verb may have refused', async (t) => {
  const s = await killedRestore(t)
  const { world } = s
  const { paths } = s.lab
  const said: string[] = []
  const recover = (line: string): void => void said.push(line)
  const refuse = (): never => {
    throw new StateError('drifted')
  }
  await t.rejects(
    withLab(world, paths, { name: 'up', record: refuse, recover }, () => Promise.resolve()),
    /drifted/,
  )
  await withLab(world, paths, { name: 'destroy' }, () => Promise.resolve())
  t.ok(await readJournal(paths), 'left to the next verb')
  t.same(said, [])
  const before = (await readRecord(paths.record))?.disks
  const disks = await withLab(world, paths, { name: 'up', recover }, (record) => Promise.resolve(record?.disks))
  t.match(said.join(), /restoring zero was interrupted and has been finished/)
  t.equal(await readJournal(paths), undefined)
  t.strictSame(disks, (await readRecord(paths.record))?.disks, 'the work gets the record of afterwards')
  t.notSame(disks, before)
})

t.test('a record that is gone meanwhile: the verb says what to take', async (t) => {
  const { world, lab } = await makeStage(t)
  await rm(lab.paths.record)
  t.equal(await withLab(world, lab.paths, { name: 'destroy' }, (r) => Promise.resolve(r)), undefined)
  const take = (known: typeof lab.record | undefined) => known ?? lab.record
  t.equal(await withLab(world, lab.paths, { name: 'halt', record: take }, (r) => Promise.resolve(r.id)), lab.record.id)
})
