/** `klab snapshot export` in the fake world; test/real/seal.test.ts does it with real machines. */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { open } from '../lab/facade-stage.js'

t.test('a file for its owner alone, nothing beside it, and a warning of what it holds', async (t) => {
  const s = await open(t)
  for (const node of s.nodes) writeFileSync(s.paths.node(node).seed, 'seed')
  await s.lab.snapshots.save({ name: 'a', live: false })
  t.same(s.warned(), [])
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const { file } = await s.lab.snapshots.export('a', 'a.klab')
  t.equal(file, join(s.world.dir, 'a.klab'))
  t.equal(statSync(file).mode & 0o777, 0o600, 'whatever the umask')
  t.match(s.warned(), [/a\.klab: .*all keys of the cluster: keep it as secret as the cluster itself/])
  t.same(
    readdirSync(s.paths.snapshots).filter((name) => name.startsWith('.')),
    [],
  )
})
