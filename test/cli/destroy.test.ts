import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeKlab } from './klab.js'

t.test('destroy -f: everything of the lab goes; again it says so and is content', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record()
  const r = await klab.run('destroy', '-f')
  t.match(r, { code: 0, stdout: '', stderr: /lab course is gone\n$/ })
  t.notOk(existsSync(paths.dir))
  for (const argv of [['destroy', '--force'], ['destroy']])
    t.match(await klab.run(...argv), { code: 0, stderr: /^this Labfile has no lab; klab list shows yours\n$/ })
})

t.test('destroy works from the record when the Labfile is gone', async (t) => {
  const klab = makeKlab(t)
  const paths = klab.record()
  writeFileSync(join(klab.dir, 'work/other'), '')
  const gone = join(klab.dir, 'work/Labfile')
  renameSync(gone, `${gone}.away`)
  t.match(await klab.run('-f', gone, 'destroy', '-f'), { code: 0 })
  t.notOk(existsSync(paths.dir))
})
