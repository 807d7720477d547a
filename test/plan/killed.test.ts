/** SIGKILL at every moment of every phase of `up`: at each call of a door in turn. The next `up` goes on. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { domainName } from '../../src/node/names.js'
import { killAt } from '../fakes/hanging.js'
import { allReady, NODES, phasesOf, phaseStage, runPhase } from './phase-stage.js'

/** What is half-made in a folder, by its name. */
const halfMade = (dir: string): readonly string[] =>
  existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(tmp|part|partial)$/.test(name))
    : []

for (const name of phasesOf(t))
  t.test(`phase ${name}: killed at any call, the next up completes it`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await phaseStage(t, name)
      const { world, hung, ask } = killAt(s.world, n, NODES)
      const ended = runPhase({ ...s.run, world }, name, ask).then(
        () => 'done',
        (error: unknown) => `failed: ${String(error)}`,
      )
      const what = await Promise.race([hung, ended])
      if (what === 'done') {
        t.ok(n >= 3, `${n} moments`)
        return
      }
      const again = await runPhase(s.run, name, allReady).then(
        () => 'done',
        (error: unknown) => `failed: ${String(error)}`,
      )
      t.equal(again, 'done', `killed at ${n}: ${what}`)
      t.not(await s.world.hypervisor.state(domainName(s.run.id, 'bake')), 'running', `${n}: no bake machine goes on`)
      for (const dir of [s.run.paths.dir, join(s.world.roots.cache, 'layers')])
        t.same(halfMade(dir), [], `${n}: nothing half-made in ${dir}`)
      if (again !== 'done') return
    }
  })
