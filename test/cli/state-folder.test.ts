import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeKlab } from './klab.js'

t.test('a state folder that is none: a sentence, exit 3, also for destroy -f', async (t) => {
  const klab = makeKlab(t)
  const file = join(klab.dir, 'file')
  writeFileSync(file, '')
  klab.env['KLAB_STATE_DIR'] = file
  t.match(await klab.run('destroy', '-f'), { code: 3, stderr: /^error: \S+\/file: .*\n/m })
  t.notMatch((await klab.run('destroy', '-f')).stderr, /bug in klab/)
  klab.env['KLAB_STATE_DIR'] = 'here'
  t.match(await klab.run('status'), { code: 3, stderr: /KLAB_STATE_DIR=here: must be an absolute path/ })
  t.notOk(existsSync(join(klab.dir, 'work/here')))
})
