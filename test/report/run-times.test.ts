import t from 'tap'
import type { Event, Outcome } from '../../src/report/events.js'
import { isIdle, keepTimes } from '../../src/report/run-times.js'
import { createFakeClock } from '../fakes/clock.js'

const plan = (...names: string[]): Event => ({
  ...{ type: 'plan', lab: 'x', goal: 'up' },
  phases: names.map((name) => ({ name, title: name, steps: [] })),
})
const phase = (name: string): Event => ({ type: 'phase', phase: name, title: name })
const over = (name: string): Event => ({ type: 'phase-end', phase: name, ms: 0 })
const start = (name: string, step: string): Event => ({ type: 'start', phase: name, step, title: step })
const end = (name: string, step: string, outcome: Outcome): Event => ({
  type: 'end',
  phase: name,
  step,
  outcome,
  ms: 0,
})

function stage() {
  const clock = createFakeClock()
  const keeper = keepTimes(clock, 7)
  /** Each event, a second after the one before. */
  const say = (...events: Event[]): void =>
    events.forEach((e) => {
      keeper.report(e)
      clock.pass(1000)
    })
  return { clock, keeper, say }
}

t.test('phases, steps side by side, and what was planned and not begun', (t) => {
  const { keeper, say, clock } = stage()
  clock.pass(60_000)
  say({ type: 'note', text: 'before' }, plan('boot', 'cni', 'ready'))
  t.equal(keeper.times(), undefined, 'no step has begun: perhaps another klab has the lock')
  say(phase('boot'), start('boot', 'boot/a'), start('boot', 'boot/b'))
  // Somebody sets the clock: it is the other one that counts.
  clock.time += 3_600_000
  say(end('boot', 'boot/a', 'done'), end('boot', 'boot/b', 'already'), over('boot'))
  say(phase('cni'), start('cni', 'cni/x'), { type: 'output', phase: 'cni', step: 'cni/x', line: 'alive' })
  t.same(keeper.times(), {
    ...{ pid: 7, startedAt: '2026-01-01T00:01:01.000Z', seenMs: 9000, outcome: null },
    phases: [
      {
        ...{ name: 'boot', title: 'boot', startMs: 1000, endMs: 6000 },
        steps: [
          { id: 'boot/a', title: 'boot/a', startMs: 2000, endMs: 4000, outcome: 'done' },
          { id: 'boot/b', title: 'boot/b', startMs: 3000, endMs: 5000, outcome: 'already' },
        ],
      },
      {
        ...{ name: 'cni', title: 'cni', startMs: 7000, endMs: null },
        steps: [{ id: 'cni/x', title: 'cni/x', startMs: 8000, endMs: null, outcome: null }],
      },
      { name: 'ready', title: 'ready', startMs: null, endMs: null, steps: [] },
    ],
  })
  say(end('cni', 'cni/x', 'failed'))
  keeper.end('failed')
  say({ type: 'note', text: 'afterwards' }, phase('ready'))
  t.match(keeper.times(), { outcome: 'failed', seenMs: 11_000 })
  t.match(keeper.times()?.phases, [{}, { endMs: 10_000 }, { startMs: null }], 'a failed phase ends with its last step')
  t.end()
})

t.test('two plans in one run: a phase of the same name is another one', (t) => {
  const { keeper, say } = stage()
  const all: Event[] = [phase('boot'), start('boot', 'boot/a'), end('boot', 'boot/a', 'done'), over('boot')]
  say(plan('boot'), ...all, plan('boot', 'leave'), ...all, phase('other'), start('other', 'x'))
  t.match(keeper.times()?.phases, [
    { name: 'boot', startMs: 1000, steps: { length: 1 } },
    { name: 'boot', startMs: 6000, steps: { length: 1 } },
    { name: 'leave', startMs: null },
    { name: 'other', startMs: 10_000 },
  ])
  t.end()
})

t.test('nothing to do: all was there, and only what runs each time was done', (t) => {
  const run = (...ends: [string, Outcome | null][]) => {
    const { keeper, say } = stage()
    say(plan(...ends.map(([name]) => name)))
    for (const [name, outcome] of ends) {
      say(phase(name), start(name, name))
      if (outcome) say(end(name, name, outcome), over(name))
    }
    return keeper
  }
  const idle = (keeper: ReturnType<typeof run>): boolean => isIdle(keeper.times()!)
  t.equal(idle(run(['boot', 'already'], ['ready', 'done'])), true)
  t.equal(idle(run(['boot', 'done'], ['ready', 'done'])), false)
  t.equal(idle(run(['network', 'done'], ['image', 'cached'])), true)
  t.equal(idle(run(['boot', 'already'], ['ready', 'failed'])), false)
  t.equal(idle(run(['boot', 'already'], ['ready', null])), false, 'killed while it waited for the proof')
  const failed = run(['boot', 'already'])
  failed.end('failed')
  t.equal(idle(failed), false)
  t.end()
})
