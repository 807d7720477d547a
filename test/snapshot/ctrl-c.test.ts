/** Ctrl-C at every moment of a save and of a restore: each call of a door in turn never comes back by itself. */
import { existsSync } from 'node:fs'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { readJournal } from '../../src/snapshot/journal.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { recover } from '../../src/snapshot/recover.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { hangAt } from '../fakes/hanging.js'
import { fourNodes } from '../fakes/world.js'
import { all, makeStage, saveAs } from './stage.js'

const LABFILE = fourNodes('kubernetes: false\n')

/** What became of it: `done`, `interrupted`, or the error. */
const endOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Interrupted ? 'interrupted' : `failed: ${String(error)}`),
  )

for (const [verb, begin] of [
  ['save', (lab: LockedLab) => save(lab, { name: 'one', kind: 'manual' })],
  ['save --no-live', (lab: LockedLab) => save(lab, { name: 'one', kind: 'manual', live: false })],
  ['restore', async (lab: LockedLab) => restore(lab, (await listManifests(lab.paths))[0]!)],
] as const)
  t.test(`${verb}: it stops, and the lab is whole`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await makeStage(t, LABFILE)
      await saveAs(s, 'zero')
      s.write('now')
      s.world.clock.time += 1000
      const { world, hung } = hangAt(s.world, n)
      const ended = endOf(begin({ ...s.lab, world }))
      const what = await Promise.race([hung, ended])
      if (what === 'done') {
        t.ok(n > 8, `${n} moments`)
        return
      }
      // Once everything is written, or the present machines are being ended, klab goes on to the end.
      const journal = await readJournal(s.lab.paths)
      const late =
        (journal?.op === 'restore' && journal.phase === 'destroying') ||
        (await listManifests(s.lab.paths)).some((m) => m.name === 'one') ||
        (verb === 'restore' && journal === undefined && n > 8)
      s.world.abort.abort()
      const end = await ended
      const { lab } = await s.again()
      await recover({ ...lab, world: { ...s.world, signal: new AbortController().signal } })
      const states = await s.read()
      t.equal(new Set(states).size, 1, `${n}: ${what}, ${end}: ${states.join(' ')}`)
      t.notOk(existsSync(lab.paths.journal), `${n}: ${what}`)
      const names = (await listManifests(lab.paths)).map((m) => m.name)
      if (verb === 'restore') t.ok(['now/now', 'zero/zero', '-'].includes(states[0] ?? ''), `${n}: ${what}`)
      else {
        t.strictSame(states, all('now'), `${n}: ${what}, the lab runs`)
        t.equal(end === 'done', names.includes('one'), `${n}: ${what}, ${end}`)
      }
      t.match(end, late ? /^(done|interrupted)$/ : /^interrupted$/, `${n}: ${what}`)
    }
  })
