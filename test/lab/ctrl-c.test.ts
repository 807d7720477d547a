/** Ctrl-C at every moment of a whole `up`: record and lock are whole, and the next `up` goes on from there. */
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { exists } from '../../src/host/files.js'
import { up } from '../../src/lab/up-phases.js'
import { PHASE_NAMES, upTo } from '../../src/labfile/phases.js'
import { readRecord } from '../../src/state/record.js'
import { hangAt } from '../fakes/hanging.js'
import { upStage } from './up-stage.js'

t.test('interrupted anywhere, the lab is as far as its record says, and up completes it', async (t) => {
  const o = { until: 'system', accel: 'tcg', report: () => undefined } as const
  for (let n = 0; ; n++) {
    const s = await upStage(t)
    const { world, hung } = hangAt(s.world, n)
    const ended = up(world, await s.open(), o).then(
      () => 'done',
      (error: unknown) => (error instanceof Interrupted ? 'interrupted' : String(error)),
    )
    const what = await Promise.race([hung, ended])
    if (what === 'done') {
      t.ok(n > 20, `${n} moments`)
      return
    }
    s.world.abort.abort()
    t.equal(await ended, 'interrupted', `${n}: ${what}`)
    const record = await readRecord(s.paths.record)
    t.match(record, { id: s.record.id, ports: s.record.ports, image: s.record.image })
    const reached = PHASE_NAMES.find((p) => p === record?.completedUntil)
    t.ok(reached === undefined || upTo(reached, 'system'), `completed: ${String(reached)}`)
    t.notOk(await exists(s.paths.journal))
    const { signal } = new AbortController()
    t.match(await up({ ...s.world, signal }, await s.open(), o), { state: 'running' }, `${n}: up goes on`)
  }
})
