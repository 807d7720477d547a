/** What is kept of each `up`, also of a killed one, and what `klab timeline` makes of it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { LabfileError, openLab, StateError, UsageError } from '../../src/index.js'
import { withTimes } from '../../src/lab/up-times.js'
import { up } from '../../src/lab/up-phases.js'
import type { Report } from '../../src/report/events.js'
import { fakeDoors } from '../fakes/doors.js'
import { domainName } from '../../src/node/names.js'
import { upStage } from './up-stage.js'

/** `up` of two machines as the verb does it, without its checks of the host. */
async function stage(t: Test) {
  const s = await upStage(t)
  const doors = fakeDoors(s.world)
  const context = { doors, file: undefined, report: () => undefined }
  const files = (): readonly string[] => (existsSync(s.paths.runs) ? readdirSync(s.paths.runs).sort() : [])
  const go = (o: { more?: (report: Report) => Promise<void> } = {}) => {
    s.world.clock.pass(60_000)
    return withTimes(context, async (told, keepIn) => {
      const open = await s.open()
      keepIn(open.paths)
      await up(s.world, open, { until: 'boot', accel: 'tcg', report: told.report })
      await o.more?.(told.report)
    })
  }
  return { ...s, go, files, lab: await openLab({ doors }), context }
}

t.test('the run that made the lab, the boot after a halt, and a run with nothing to do', async (t) => {
  const s = await stage(t)
  await t.rejects(s.lab.timeline(), {
    constructor: StateError,
    message: 'vms: no run of up is recorded for this lab',
    hint: /klab up records the next one/,
  })
  await s.go()
  const made = await s.lab.timeline()
  t.match(made, { lab: 'vms', run: 1, state: 'done', startedAt: '2026-01-01T00:01:00.000Z', runs: { length: 1 } })
  t.same(
    made.phases.map((p) => p.name),
    ['network', 'machines', 'boot'],
  )
  t.match(made.phases[2]?.steps, [
    { id: 'boot/a', node: 'a', outcome: 'done' },
    { id: 'boot/b', node: 'b', outcome: 'done' },
  ])
  t.ok(made.phases.every((p) => p.startMs !== null && p.endMs !== null && p.endMs <= made.ms))
  t.match(made.phases[0]?.steps, [{ id: 'network/access', node: null }, {}])

  const kept = s.files()
  await s.go()
  t.same(s.files(), kept, 'all was there: it does not take the place of the picture')

  await s.world.hypervisor.stop(domainName(s.record.id, 'b'), 0)
  await s.go()
  t.equal(s.files().length, 2)
  const booted = await s.lab.timeline()
  t.match(booted.phases[2]?.steps, [{ outcome: 'already' }, { outcome: 'done' }])
  t.match(booted.runs, [{ run: 1 }, { run: 2, startedAt: made.startedAt, state: 'done' }])
  t.same((await s.lab.timeline({ run: 2 })).phases, made.phases)
  for (const run of [0, 1.5, -1, NaN])
    await t.rejects(s.lab.timeline({ run }), { constructor: UsageError, message: /whole number/ })
  await t.rejects(s.lab.timeline({ run: 3 }), { constructor: UsageError, message: 'timeline: no run 3; there are 2' })
})

t.test('ten runs are kept: the first, which made the lab, and the newest', async (t) => {
  const s = await stage(t)
  for (let i = 0; i < 13; i++) {
    await s.go()
    await s.world.hypervisor.stop(domainName(s.record.id, 'a'), 0)
  }
  const { runs } = await s.lab.timeline()
  t.equal(s.files().length, 10)
  const minutes = runs.map((r) => Math.round((Date.parse(r.startedAt) - Date.UTC(2026, 0, 1)) / 60_000))
  t.equal(minutes.at(-1), 1)
  t.ok(minutes.at(-2)! > 4, minutes.join())
})

t.test('klab killed in the middle of a boot: what was done, and which steps had not ended', async (t) => {
  const s = await stage(t)
  let boots: (() => void) | undefined
  const begun = new Promise<void>((resolve) => (boots = resolve))
  const start = s.world.hypervisor.start.bind(s.world.hypervisor)
  const never = new Promise<never>(() => undefined)
  Object.assign(s.world.hypervisor, {
    start: (name: string) => (name === domainName(s.record.id, 'b') ? (boots?.(), never) : start(name)),
  })
  void s.go()
  await begun
  // Nobody ends the run any more: from here on this process has nothing to do with it.
  let file: string | undefined
  for (let i = 0; i < 200 && !/boot\/a","title":"[^"]*","startMs":\d+,"endMs":\d/.test(file ?? ''); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    file = s.files()[0] === undefined ? undefined : readFileSync(join(s.paths.runs, s.files()[0]!), 'utf8')
  }
  const running = await s.lab.timeline()
  t.equal(running.state, 'running', 'the lock is held by a process that is there')
  s.world.clock.pass(30_000)
  t.equal((await s.lab.timeline()).ms, running.ms + 30_000, 'it goes on')
  rmSync(s.paths.lock)
  const killed = await s.lab.timeline()
  t.match(killed, { state: 'killed' })
  t.ok(killed.ms < running.ms + 30_000, 'up to its last sign of life')
  t.match(killed.phases[2], { name: 'boot', endMs: null, steps: [{ outcome: 'done' }, { id: 'boot/b', endMs: null }] })
  const { text } = await s.lab.pictures.timeline()
  t.match(text, /^lab vms: klab up, 2026-01-01 00:01 UTC: killed; last sign of life after .*\nnot ended: boot\/b\n/)
})

t.test('failed and interrupted runs; a step that prints gives signs of life', async (t) => {
  const s = await stage(t)
  const step = { phase: 'x', step: 'x/y' }
  const more = async (report: Report): Promise<void> => {
    report({ type: 'phase', phase: 'x', title: 'x' })
    report({ type: 'start', ...step, title: 'y' })
    s.world.clock.pass(4000)
    report({ type: 'output', ...step, line: '1' })
    s.world.clock.pass(4000)
    report({ type: 'output', ...step, line: '2' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const seen = JSON.parse(readFileSync(join(s.paths.runs, s.files()[0]!), 'utf8')) as { seenMs: number }
    t.ok(seen.seenMs >= 8000, `${seen.seenMs}`)
    s.world.abort.abort()
    throw new Error('no')
  }
  await t.rejects(s.go({ more }), { message: 'no' })
  const lab = await openLab({ doors: { ...s.context.doors, signal: new AbortController().signal } })
  t.match(await lab.timeline(), { state: 'interrupted' })
})

t.test('files that are no run: left out, and nothing fails', async (t) => {
  const s = await stage(t)
  await s.go()
  const [name = ''] = s.files()
  const good = readFileSync(join(s.paths.runs, name), 'utf8')
  const put = (at: string, text: string): void => writeFileSync(join(s.paths.runs, at), text)
  put('20260101-000200-000.json', good.slice(0, 100))
  put('20260101-000300-000.json', JSON.stringify({ ...JSON.parse(good), phases: [{ name: 1 }] }))
  put('20260101-000400-000.json', good.replace(/"startMs":\d+/, '"startMs":-1'))
  put('20260101-000500-000.json', good.replace(/"outcome":"done"/, '"outcome":"great"'))
  put('notes.json', good)
  mkdirSync(join(s.paths.runs, '20260101-000600-000.json'))
  t.match(await s.lab.timeline(), { runs: { length: 1 } })
})

t.test('a disk on which no times can be written does not stop up', async (t) => {
  const s = await stage(t)
  writeFileSync(s.paths.runs, 'a file where the folder should be')
  await s.go()
  t.equal(readFileSync(s.paths.runs, 'utf8'), 'a file where the folder should be')
})

t.test('no lab, and a lab that was never up', async (t) => {
  const s = await stage(t)
  rmSync(s.paths.dir, { recursive: true })
  await t.rejects(s.lab.timeline(), { constructor: StateError, message: /this lab is not up/, hint: 'klab up' })
  rmSync(join(s.world.dir, 'Labfile'))
  await t.rejects(s.lab.timeline(), { constructor: UsageError, message: /no Labfile/ })
  await t.rejects(s.lab.graph(), { constructor: UsageError, message: /no Labfile/ })
  writeFileSync(join(s.world.dir, 'Labfile'), 'nodes: 7\n')
  await t.rejects(s.lab.graph(), LabfileError)
})
