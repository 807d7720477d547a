import t from 'tap'
import { Interrupted, StateError, StepError } from '../../src/errors.js'
import { executePlan } from '../../src/plan/runner.js'
import type { Phase, Plan, Step } from '../../src/step.js'
import type { Event } from '../../src/report/events.js'
import { createFakeClock } from '../fakes/clock.js'

const step = (id: string, run: Step['run'] = () => Promise.resolve(), more: Partial<Step> = {}): Step => ({
  id,
  title: id.toUpperCase(),
  run,
  ...more,
})
const phase = (name: string, ...steps: Step[]): Phase => ({ name, title: `phase ${name}`, steps })
const plan = (...phases: Phase[]): Plan => ({ goal: 'up', lab: 'toy', phases })

/** Runs a plan; its events, in short, and how it ended. */
async function play(p: Plan, abort = new AbortController(), clock = createFakeClock()) {
  const events: Event[] = []
  const error: unknown = await executePlan(p, { report: (e) => events.push(e), clock, signal: abort.signal }).then(
    () => undefined,
    (e: unknown) => e,
  )
  const short = events.map((e) =>
    e.type === 'end'
      ? `end ${e.step} ${e.outcome}`
      : e.type === 'start' || e.type === 'output'
        ? `${e.type} ${e.step}`
        : e.type.startsWith('phase')
          ? `${e.type} ${'phase' in e ? e.phase : ''}`
          : e.type,
  )
  return { events, short, error }
}

t.test('phases one after the other, steps of one side by side', async (t) => {
  const clock = createFakeClock()
  const slow = step('a/1', () => clock.sleep(500))
  const quick = step('a/2')
  const { short, error, events } = await play(plan(phase('a', slow, quick), phase('b', step('b/1'))), undefined, clock)
  t.equal(error, undefined)
  t.same(short, [
    'plan',
    'phase a',
    'start a/1',
    'start a/2',
    'end a/2 done',
    'end a/1 done',
    'phase-end a',
    'phase b',
    'start b/1',
    'end b/1 done',
    'phase-end b',
  ])
  t.same(events[0], {
    type: 'plan',
    lab: 'toy',
    goal: 'up',
    phases: [
      { name: 'a', title: 'phase a', steps: ['a/1', 'a/2'] },
      { name: 'b', title: 'phase b', steps: ['b/1'] },
    ],
  })
  t.match(
    events.find((e) => e.type === 'end' && e.step === 'a/1'),
    { ms: 500 },
  )
  t.match(
    events.find((e) => e.type === 'start' && e.step === 'a/1'),
    { phase: 'a', title: 'A/1' },
  )
})

t.test('done means already: run is not called; what run returns is the outcome', async (t) => {
  const never = step('a/1', () => Promise.reject(new Error('called')), { done: () => Promise.resolve(true) })
  const again = step('a/2', () => Promise.resolve('done'), { done: () => Promise.resolve(false) })
  const cached = step('a/3', () => Promise.resolve('cached'))
  const { short, error } = await play(plan(phase('a', never, again, cached)))
  t.equal(error, undefined)
  t.same(short.filter((s) => s.startsWith('end')).sort(), ['end a/1 already', 'end a/2 done', 'end a/3 cached'])
})

t.test('lines of a step are reported under its name, to done as to run', async (t) => {
  const talk = step('a/1', ({ line }) => Promise.resolve(line('working')), {
    done: ({ line }) => (line('looking'), Promise.resolve(false)),
  })
  const { events } = await play(plan(phase('a', talk)))
  t.same(
    events.filter((e) => e.type === 'output'),
    ['looking', 'working'].map((line) => ({ type: 'output', phase: 'a', step: 'a/1', line })),
  )
})

t.test('a failure lets its siblings end, stops later phases, and names phase and step', async (t) => {
  const clock = createFakeClock()
  const cause = new StateError('out of order', { hint: 'fix it' })
  const bad = step('a/1', () => clock.sleep(10).then(() => Promise.reject(cause)))
  const sibling = step('a/2', () => clock.sleep(100).then(() => clock.sleep(100)))
  const later = step('b/1', () => t.fail('a later phase ran') as never)
  const { short, error, events } = await play(plan(phase('a', bad, sibling), phase('b', later)), undefined, clock)
  t.match(error, {
    constructor: StepError,
    phase: 'a',
    step: 'a/1',
    cause,
    hint: 'fix it',
    message: 'a/1: out of order',
    exitCode: 1,
  })
  t.same(
    short,
    ['plan', 'phase a', 'start a/1', 'start a/2', 'end a/1 failed', 'end a/2 done'],
    'neither phase-end nor the next phase',
  )
  t.match(
    events.find((e) => e.type === 'end' && e.outcome === 'failed'),
    { error: 'out of order' },
  )
})

t.test('a done that throws is a failed step', async (t) => {
  const { short, error } = await play(
    plan(phase('a', step('a/1', undefined, { done: () => Promise.reject(new Error('no look')) }))),
  )
  t.match(error, { constructor: StepError, message: 'a/1: no look' })
  t.same(short.at(-1), 'end a/1 failed')
})

t.test('a step that throws before it returns a promise, or throws no Error, still fails properly', async (t) => {
  const sync = step('a/1', () => {
    throw new Error('at once')
  })
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  const odd = step('b/1', () => Promise.reject('a text'))
  t.match((await play(plan(phase('a', sync)))).error, { constructor: StepError, message: 'a/1: at once' })
  t.match((await play(plan(phase('b', odd)))).error, { constructor: StepError, message: /^b\/1: "?a text/ })
})

t.test('several failures are told together', async (t) => {
  const bad = (id: string): Step => step(id, () => Promise.reject(new StateError(id)))
  const { error } = await play(plan(phase('a', bad('a/1'), step('a/2'), bad('a/3'))))
  t.ok(error instanceof AggregateError)
  t.same(
    (error as AggregateError).errors.map((e: StepError) => e.step),
    ['a/1', 'a/3'],
  )
})

t.test('aborted before a phase: nothing of it starts', async (t) => {
  const abort = new AbortController()
  const first = step('a/1', () => Promise.resolve(abort.abort()))
  const { short, error } = await play(plan(phase('a', first), phase('b', step('b/1'))), abort)
  t.ok(error instanceof Interrupted)
  t.same(short, ['plan', 'phase a', 'start a/1', 'end a/1 done', 'phase-end a'])
})

t.test('aborted within a phase: its steps are told, the run is interrupted, not failed', async (t) => {
  const abort = new AbortController()
  const clock = createFakeClock()
  const sleeper = (id: string): Step => step(id, ({ signal }) => clock.sleep(1000, signal))
  const presser = step('a/3', () => Promise.resolve(abort.abort()))
  const { error, short } = await play(plan(phase('a', sleeper('a/1'), sleeper('a/2'), presser)), abort, clock)
  t.ok(error instanceof Interrupted)
  t.match(error, { exitCode: 130 })
  t.same(short.filter((s) => s.endsWith('failed')).length, 2)
})

t.test('a real fault during an interruption is not hidden', async (t) => {
  const abort = new AbortController()
  const clock = createFakeClock()
  const sleeper = step('a/1', ({ signal }) => clock.sleep(1000, signal))
  const broken = step('a/2', () => {
    abort.abort()
    return Promise.reject(new StateError('disk full'))
  })
  const { error } = await play(plan(phase('a', sleeper, broken)), abort, clock)
  t.match(error instanceof AggregateError ? error.errors.map(String).join() : String(error), /disk full/)
})
