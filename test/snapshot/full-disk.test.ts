/** The disk gets full at every write of a save, with the lab's record on the same disk. */
import { existsSync, readdirSync } from 'node:fs'
import t from 'tap'
import { listManifests } from '../../src/snapshot/manifest.js'
import { recover } from '../../src/snapshot/recover.js'
import { systemFailure } from '../../src/report/system-error.js'
import { fullDisk } from '../fakes/full-disk.js'
import { fourNodes } from '../fakes/world.js'
import { all, makeStage, saveAs } from './stage.js'

const LABFILE = fourNodes('kubernetes: false\n')

t.test('whole or not there, and then nothing is left; the lab runs on as its record says', async (t) => {
  for (let n = 0, whole = false; !whole; n++) {
    const s = await makeStage(t, LABFILE)
    const held = (): readonly string[] =>
      existsSync(s.lab.paths.snapshots) ? readdirSync(s.lab.paths.snapshots, { recursive: true }).map(String) : []
    // What fills it is the RAM that is being saved.
    const disk = await fullDisk(t, () => !held().some((f) => f.endsWith('.mem')) && n > 0)
    disk.fillAt(n)
    const error: unknown = await saveAs(s, 'full').then(
      () => undefined,
      (e: unknown) => e,
    )
    whole = error === undefined
    if (!whole) {
      t.match(systemFailure(error), { message: /: the disk is full/, hint: /^df -h \// }, `${n}: says which file`)
      t.same(held(), [], `${n}: nothing is left`)
      t.notOk(existsSync(s.lab.paths.journal), `${n}: there is nothing to repair`)
    }
    disk.fillAt(Infinity)
    t.equal((await listManifests(s.lab.paths)).length, whole ? 1 : 0)
    t.strictSame(await s.read(), all('zero'), `${n}: all nodes run`)
    const { lab } = await s.again()
    t.equal(await recover(lab), undefined)
    await saveAs({ ...s, lab }, 'later')
    if (whole) t.ok(n >= 3, `${n} writes`)
  }
})
