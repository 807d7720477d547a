/** Ctrl-C at every moment of every phase of `up`: each call of a door in turn never comes back by itself. */
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { domainName } from '../../src/node/names.js'
import { hangAt } from '../fakes/hanging.js'
import { NODES, phasesOf, phaseStage, runPhase } from './phase-stage.js'

/** ms. A fake ends at once or never; this is for a machine that is busy with other things. */
const NEVER = 60_000

for (const name of phasesOf(t))
  t.test(`phase ${name}: whatever it waits for, it stops, as interrupted`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await phaseStage(t, name)
      const { world, hung, ask } = hangAt(s.world, n, NODES)
      const run = { ...s.run, world }
      const ended = runPhase(run, name, ask).then(
        () => 'done',
        (error: unknown) => (error instanceof Interrupted ? 'interrupted' : `failed: ${String(error)}`),
      )
      const what = await Promise.race([hung, ended])
      if (what === 'done') {
        t.ok(n >= 3, `${n} moments`)
        return
      }
      s.world.abort.abort()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => (timer = setTimeout(resolve, NEVER, 'still runs')))
      const end = await Promise.race([ended, late])
      clearTimeout(timer)
      // A token that cannot be deleted early fails no join.
      const good = name === 'workers' && what.includes('delete secret') ? 'done' : 'interrupted'
      t.equal(end, good, `${n}: ${what}`)
      t.not(await s.world.hypervisor.state(domainName(run.id, 'bake')), 'running', 'no bake machine goes on')
      if (what.startsWith('failed')) return
    }
  })
