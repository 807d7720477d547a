import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { CorruptError } from '../../src/errors.js'
import { verify } from '../../src/snapshot/sums.js'
import { makeStage, saveAs } from './stage.js'

t.test('an edit that hides itself behind the old size and time is found', async (t) => {
  const s = await makeStage(t)
  const a = await saveAs(s, 'a')
  const b = await saveAs(s, 'b')
  const check = (m: typeof a) => verify(s.world.host, s.lab.paths, m)
  t.equal(await check(b), 'recorded')
  t.equal(await check(b), 'unchanged')
  const path = b.nodes[1]!.memory!.path
  const below = a.nodes[2]!.disk.path
  for (const file of [path, below]) {
    const was = readFileSync(file, 'utf8')
    // To the nanosecond, which no Date holds.
    execFileSync('cp', ['-p', file, `${file}.ref`])
    const asBefore = () => execFileSync('touch', ['-r', `${file}.ref`, file])
    chmodSync(file, 0o600)
    writeFileSync(file, was.replace('zero', 'zera'))
    asBefore()
    await t.rejects(
      check(b),
      { constructor: CorruptError, message: new RegExp(`${file}: its sha256 has changed`), hint: /delete b/ },
      file,
    )
    writeFileSync(file, was)
    asBefore()
  }
  t.equal(await check(b), 'unchanged')
})
