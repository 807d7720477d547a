/**
 * libvirtd restarts under every verb: at each of its calls in turn libvirt is away, and back at the next. The verb ends
 * well or says so, and then the same again works. test/real/libvirtd-killed.test.ts does it with a real one.
 */
import { existsSync } from 'node:fs'
import t, { type Test } from 'tap'
import { KlabError, messageOf, StepError } from '../../src/errors.js'
import { destroy } from '../../src/lab/destroy.js'
import { halt } from '../../src/lab/halt.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { recover } from '../../src/snapshot/recover.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import type { World } from '../../src/world.js'
import { restartAt } from '../fakes/hanging.js'
import { fourNodes } from '../fakes/world.js'
import { phasesOf, phaseStage, runPhase, allReady } from '../plan/phase-stage.js'
import { all, makeStage, saveAs, type Stage } from '../snapshot/stage.js'

const LABFILE = fourNodes('kubernetes: false\n')
const quiet = { force: false, report: () => undefined }

/** Every error of klab's own; a step's and those of several steps too. */
const expected = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.every(expected)
    : error instanceof StepError
      ? expected(error.cause)
      : error instanceof KlabError

/** Does `verb` with libvirt away at call 0, 1, …, until it makes no more calls; `after`: what must hold then. */
async function everyCall(
  t: Test,
  verb: (s: Stage, world: World) => Promise<unknown>,
  after: (s: Stage, n: number) => Promise<void>,
): Promise<void> {
  for (let n = 0; ; n++) {
    const s = await makeStage(t, LABFILE)
    const zero = await saveAs(s, 'zero')
    t.equal(zero.name, 'zero')
    s.write('now')
    s.world.clock.time += 1000
    const { world, calls } = restartAt(s.world, n)
    const error: unknown = await verb(s, world).then(
      () => undefined,
      (e: unknown) => e,
    )
    if (error !== undefined) t.ok(expected(error), `${n}: ${messageOf(error)}`)
    await after(s, n)
    if (calls() > n) continue
    t.equal(error, undefined, 'and with a libvirt that stays it ends well')
    t.ok(n > 3, `${n} calls`)
    return
  }
}

t.test('halt', (t) =>
  everyCall(
    t,
    (s, world) => halt(world, s.lab, quiet),
    async (s, n) => {
      t.match(await halt(s.world, s.lab, quiet), { state: 'stopped' }, `${n}`)
    },
  ),
)

t.test('destroy', (t) => {
  const target = ({ lab }: Stage) => ({ id: lab.record.id, name: lab.record.name, paths: lab.paths })
  return everyCall(
    t,
    (s, world) => destroy(world, target(s), () => undefined),
    async (s, n) => {
      await destroy(s.world, target(s), () => undefined)
      t.same(await s.world.hypervisor.list(), [], `${n}`)
      t.notOk(existsSync(s.lab.paths.dir), `${n}`)
    },
  )
})

t.test('snapshot save: whole or not there, and the lab runs', (t) =>
  everyCall(
    t,
    (s, world) => save({ ...s.lab, world }, { name: 'one', kind: 'manual' }),
    async (s, n) => {
      const { lab } = await s.again()
      await recover(lab)
      t.strictSame(await s.read(), all('now'), `${n}`)
      t.notOk(existsSync(lab.paths.journal), `${n}`)
      const there = (await listManifests(lab.paths)).find((m) => m.name === 'one')
      if (!there) return
      s.write('later')
      s.world.clock.time += 1000
      await restore(lab, there)
      t.strictSame(await s.read(), all('now'), `${n}: what was saved`)
    },
  ),
)

t.test('snapshot restore: all as before, all as in the snapshot, or all off, as it then says', (t) =>
  everyCall(
    t,
    async (s, world) => restore({ ...s.lab, world }, (await listManifests(s.lab.paths))[0]!),
    async (s, n) => {
      const { lab } = await s.again()
      await recover(lab)
      const states = await s.read()
      t.equal(new Set(states).size, 1, `${n}: ${states.join(' ')}`)
      t.ok(['now/now', 'zero/zero', '-'].includes(states[0] ?? ''), `${n}: ${states[0] ?? ''}`)
      t.notOk(existsSync(lab.paths.journal), `${n}`)
    },
  ),
)

for (const name of phasesOf(t).filter((p) => ['network', 'node-image', 'machines', 'boot'].includes(p)))
  t.test(`up, phase ${name}`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await phaseStage(t, name)
      const { world, calls } = restartAt(s.world, n)
      const error: unknown = await runPhase({ ...s.run, world }, name, allReady).then(
        () => undefined,
        (e: unknown) => e,
      )
      if (error !== undefined) t.ok(expected(error), `${n}: ${messageOf(error)}`)
      await runPhase(s.run, name, allReady)
      if (calls() > n) continue
      t.equal(error, undefined)
      return
    }
  })
