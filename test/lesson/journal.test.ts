import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { addEvent, readEvents, type LessonEvent } from '../../src/lesson/journal.js'
import { openLesson, progressOf, stepOf } from '../../src/lesson/progress.js'

const base = { at: '2026-11-27T10:00:00.000Z', lesson: 'l', dir: '/l' }

t.test('what was written is read, also after half a line and rubbish', async (t) => {
  const path = join(t.testdir(), 'lessons', 'lab.jsonl')
  t.same(await readEvents(path), [])
  await addEvent(path, { ...base, event: 'start' })
  t.equal(statSync(path).mode & 0o777, 0o600)
  appendFileSync(path, '{"at":"2026')
  await addEvent(path, { ...base, event: 'entering', step: 1, way: 'start' })
  appendFileSync(path, 'null\n{"event":"checked"}\n[]\n')
  await addEvent(path, { ...base, event: 'entered', step: 1, way: 'start' })
  t.same(
    (await readEvents(path)).map((e) => e.event),
    ['start', 'entering', 'entered'],
  )
  t.equal(readFileSync(path, 'utf8').split('\n').length, 8, 'nothing was taken away')
})

t.test('where a trainee is', (t) => {
  const events: LessonEvent[] = [{ ...base, event: 'start' }]
  const now = () => openLesson(events)!
  t.match(now(), { step: 0, unready: true })
  events.push({ ...base, event: 'saved', step: 0, snapshot: 's0', key: 'k0' })
  events.push({ ...base, event: 'entering', step: 1, way: 'start' })
  t.match(now(), { step: 1, unready: true })
  events.push({ ...base, event: 'entered', step: 1, way: 'start' })
  const check = (step: number, outcome: 'passed' | 'failed' | 'unreachable' | 'timed-out'): void =>
    void events.push({ ...base, event: 'checked', step, outcome, ms: 1, output: outcome })
  check(1, 'failed')
  check(1, 'timed-out')
  check(1, 'unreachable')
  t.match(stepOf(now(), 1), { passed: false, failed: 2 }, 'a node that does not answer says nothing of the step')
  events.push({ ...base, event: 'hint', step: 1, hint: 2 }, { ...base, event: 'solved', step: 1, outcome: 'passed' })
  check(1, 'passed')
  events.push({ ...base, event: 'saved', step: 1, snapshot: 's1', key: 'k1' })
  t.match(stepOf(now(), 1), { passed: true, failed: 2, hints: 2, solved: true, output: 'passed' })
  events.push({ ...base, event: 'entering', step: 2, way: 'next' }, { ...base, event: 'entered', step: 2, way: 'next' })
  t.match(now(), { step: 2, unready: false })
  t.equal(stepOf(now(), 1).passed, true)
  events.push({ ...base, event: 'entering', step: 1, way: 'back' }, { ...base, event: 'entered', step: 1, way: 'back' })
  t.match(stepOf(now(), 1), { passed: false, failed: 2 }, 'it is to be done again; what was counted stays')
  t.same(
    [...now().saved],
    [
      [0, { snapshot: 's0', key: 'k0' }],
      [1, { snapshot: 's1', key: 'k1' }],
    ],
  )
  events.push({ ...base, dir: '/other', event: 'entered', step: 9, way: 'next' })
  t.equal(now().step, 1, 'of another lesson')
  events.push({ ...base, event: 'finished' })
  t.equal(openLesson(events), undefined)
  t.match(progressOf(events), [{ finishedAt: base.at }])
  t.end()
})
