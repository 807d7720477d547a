import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openJournal } from '../../src/store/journal.js'

t.test('remembers steps by id and digest, across openings', async (t) => {
  const path = join(t.testdir(), 'journal.json')
  const a = await openJournal(path)
  t.notOk(a.has('boot/n1', 'd1'))
  // Side by side, as the steps of a phase end.
  await Promise.all(Array.from({ length: 20 }, (_, i) => a.mark(`boot/n${i}`, 'd1')))
  t.equal(Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { done: object }).done).length, 20)
  const b = await openJournal(path)
  t.ok(b.has('boot/n19', 'd1'))
  t.notOk(b.has('boot/n19', 'd2'), 'other inputs, not done')
  await b.clear(['boot/n19', 'never/was'])
  t.notOk((await openJournal(path)).has('boot/n19', 'd1'))
  t.ok((await openJournal(path)).has('boot/n18', 'd1'))
  await b.clear()
  t.same(JSON.parse(readFileSync(path, 'utf8')), { version: 1, done: {} })
})

t.test('loss or garbage is an empty journal', async (t) => {
  const path = join(t.testdir(), 'journal.json')
  const good = '{"version":1,"done":{"a":"d"}}'
  const bad = [
    '',
    good.slice(0, 20),
    'null',
    '[]',
    '3',
    '{"version":2,"done":{"a":"d"}}',
    '{"version":1,"done":null}',
    '{"version":1,"done":{"a":1}}',
  ]
  for (const text of bad) {
    writeFileSync(path, text)
    t.notOk((await openJournal(path)).has('a', 'd'), text)
  }
  writeFileSync(path, good)
  t.ok((await openJournal(path)).has('a', 'd'), 'the same check passes on a good one')
})

t.test('a failed write is reported, and the next one still happens', async (t) => {
  const dir = t.testdir({ labs: {} })
  const path = join(dir, 'missing', 'journal.json')
  const j = await openJournal(path)
  await t.rejects(j.mark('a', 'd'), { code: 'ENOENT' })
  mkdirSync(join(dir, 'missing'))
  await j.mark('b', 'd')
  const again = await openJournal(path)
  t.ok(again.has('a', 'd') && again.has('b', 'd'))
})
