import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LessonError, LockedError, StateError, UsageError } from '../../../src/errors.js'
import { acquireLock } from '../../../src/host/lock.js'
import { lessonStage, THREE } from './stage.js'

t.test('start, check, next, to the end: a snapshot at every step, the journal tells all', async (t) => {
  const s = await lessonStage(t)
  s.writeLesson('three-words', THREE)
  const { lessons } = s.lab
  await t.rejects(lessons.status(), StateError, 'none is open')
  const page = await lessons.start('three-words')
  t.match(page, { title: 'Three words', step: 1, steps: 3, hasCheck: true, markdown: /^# Begin\n\nDo 1/ })
  t.equal(await s.word(), 'ready')
  t.same(await s.names(), ['three-words.start'])
  t.match(await s.lab.snapshots.list(), [{ kind: 'lesson', message: 'lesson three-words: before it' }])
  await t.rejects(lessons.next(), /step 1 has not passed its check/)
  t.match(await lessons.check(), { outcome: 'failed', output: 'want w1', snapshot: undefined })
  t.match(await lessons.hint(), { number: 1, of: 3, text: 'look1' })
  t.match(await lessons.hint(), { number: 2, of: 3, text: 'think' })
  t.match(await lessons.hint(), { number: 3, of: 3, text: 'write w1' })
  t.match(await lessons.hint(), { number: 3, text: 'write w1' }, 'there is no other')
  s.write('w1')
  t.match(await lessons.check(), { outcome: 'passed', snapshot: 'three-words.1', isLast: false })
  t.match(await lessons.next(), { step: 2, markdown: /^Do 2/, ms: undefined }, 'the lab goes on as it is')
  t.equal(await s.word(), 'begin2')
  t.match(await lessons.status(), {
    step: 2,
    steps: [
      { state: 'passed', failed: 1, hints: 3, solved: false, snapshot: 'three-words.1' },
      { state: 'here', failed: 0 },
      { state: 'open' },
    ],
  })
  t.match(await lessons.solve(), { step: 2, outcome: 'passed', output: 'solving' })
  t.match(await lessons.check(), { outcome: 'passed' })
  await lessons.next()
  s.write('w3')
  t.match(await lessons.check(), { outcome: 'passed', isLast: true })
  await t.rejects(lessons.next(), /step 3 is the last one/)
  t.match(await lessons.finish(), { passed: 3, steps: 3, page: { markdown: 'Well done.' } })
  t.same(await s.names(), [], 'its snapshots are gone')
  await t.rejects(lessons.check(), /no lesson is open/)
  const html = join(s.world.dir, 'report.html')
  t.match((await lessons.report({ html })).work, [
    {
      lesson: 'three-words',
      finishedAt: String,
      steps: [
        { step: 1, passed: true, failed: 1, hints: 3, solved: false, seconds: Number },
        { step: 2, passed: true, failed: 0, solved: true },
        { step: 3, passed: true },
      ],
    },
  ])
  t.match(readFileSync(html, 'utf8'), /<h2>three-words<\/h2>[^]*<td>passed<\/td><td>1<\/td><td>3<\/td>/)
  t.same(await s.journal(), [
    ...['start', 'saved 0', 'entering 1', 'entered 1', 'checked 1', 'hint 1', 'hint 1', 'hint 1', 'hint 1'],
    ...['checked 1', 'saved 1', 'entering 2', 'entered 2', 'solved 2', 'checked 2', 'saved 2'],
    ...['entering 3', 'entered 3', 'checked 3', 'saved 3', 'finished'],
  ])
  t.match(s.ran.slice(0, 3), [
    /^k8s-master01 background root \d+ setup\.sh$/,
    /^k8s-master01 background root \d+ 1\.bg$/,
    /^k8s-master01 check root \d+ 1\.verify$/,
  ])
})

t.test('back and reset: the lab of then, the present one kept for undo, the journal stays', async (t) => {
  const s = await lessonStage(t)
  s.writeLesson('three-words', THREE)
  const { lessons } = s.lab
  await lessons.start('three-words')
  await t.rejects(lessons.back(), /this is the first step/)
  s.write('w1')
  await lessons.check()
  await lessons.next()
  s.write('broken')
  t.match(await lessons.reset(), { step: 2, ms: Number })
  t.equal(await s.word(), 'begin2', 'after step 1, and its background once more')
  s.write('again')
  t.match(await lessons.back(), { step: 1 })
  t.equal(await s.word(), 'ready')
  t.match(await lessons.status(), { steps: [{ state: 'here' }, { state: 'open' }, { state: 'open' }] })
  await s.lab.snapshots.undo({ wait: false })
  t.equal(await s.word(), 'again')
  await lessons.reset({ all: true })
  t.equal(await s.word(), 'ready')
})

t.test('catch-up: by the snapshot; else by the solutions, each checked; refused before anything is done', async (t) => {
  const s = await lessonStage(t)
  const dir = s.writeLesson('three-words', THREE)
  const { lessons } = s.lab
  await lessons.start('three-words')
  for (const wrong of [0, 4, 1.5]) await t.rejects(lessons.catchUp(wrong), UsageError)
  t.match(await lessons.catchUp(3), { step: 3 })
  t.equal(await s.word(), 'begin3')
  t.same((await s.names()).filter((n) => n !== 'undo').sort(), ['three-words.1', 'three-words.2', 'three-words.start'])
  s.ran.length = 0
  t.match(await lessons.catchUp(2), { step: 2, ms: Number })
  t.match(s.ran, [/2\.bg$/], 'from the snapshot, so nothing is solved')
  t.equal(s.ran.length, 1)
  // Its script has changed, so the snapshots that it led to count no more.
  writeFileSync(join(dir, '1.solve'), 'write other')
  await t.rejects(lessons.catchUp(3), /step 1 does not pass its check after its solve script: failed\nwant w1/)
  t.match(await lessons.status(), { step: 1, unready: false })
  rmSync(join(dir, '1.solve'))
  await t.rejects(lessons.catchUp(3), LessonError)
  writeFileSync(join(dir, 'klab.yaml'), 'ground: lab\n')
  const before = await s.journal()
  await t.rejects(lessons.catchUp(3), { message: /step 1 has no solve script/, code: 'usage' })
  t.same(await s.journal(), before)
})

t.test('a check that takes too long, a node that goes away: the step is neither done nor undone', async (t) => {
  const s = await lessonStage(t)
  const dir = s.writeLesson('three-words', { ...THREE, '1.verify': 'say slow\nhang' })
  const { lessons } = s.lab
  await lessons.start('three-words')
  t.match(await lessons.check(), { outcome: 'timed-out', output: 'slow' })
  writeFileSync(join(dir, '1.verify'), 'lose')
  t.match(await lessons.check(), { outcome: 'unreachable', output: /the connection is gone/ })
  t.match(await lessons.status(), { steps: [{ failed: 1, state: 'here' }, {}, {}] })
  s.ran.length = 0
  writeFileSync(join(dir, '1.verify'), 'is ready')
  t.match(await lessons.check(), { outcome: 'passed' })
  const lock = await acquireLock(s.world.host, s.paths.lock, { verb: 'up', pid: 1, since: 0 })
  await t.rejects(lessons.next(), LockedError)
  await lock.release()
})

t.test('where a lesson cannot begin', async (t) => {
  const s = await lessonStage(t)
  s.writeLesson('three-words', THREE)
  s.writeLesson('early', { ...THREE, 'klab.yaml': 'until: boot\n' })
  s.writeLesson('cluster', {
    ...THREE,
    'klab.yaml': 'minutes: 5\n',
    'index.json': '{"title":"x","details":{"steps":[]},"backend":{"imageid":"kubernetes-kubeadm-1node"}}',
  })
  s.writeLesson('lost', { ...THREE, 'klab.yaml': 'steps: [{ node: k8s-node09 }]\n' })
  const { lessons } = s.lab
  await t.rejects(lessons.start('three-wordz'), { message: /no such lesson/, hint: 'klab lesson start three-words' })
  await t.rejects(lessons.start('early'), { message: /begins in a lab after the phase boot; this one is at: ready/ })
  await t.rejects(lessons.start('cluster'), /needs a cluster/)
  await t.rejects(lessons.start('lost'), /step 1: k8s-node09: no such node/)
  await t.rejects(lessons.start('./nowhere'), LessonError)
  t.same(await s.names(), [], 'nothing was saved')
  await lessons.start('three-words')
  await t.rejects(lessons.start('early'), { message: /three-words is open, at step 1/, hint: /finish/ })
  await s.lab.halt({ force: true })
  await t.rejects(lessons.check(), { message: /not all machines of the lab run/, hint: /klab up/ })
})

t.test('a solution that met a busy API server runs once more, another one does not', async (t) => {
  const s = await lessonStage(t)
  s.writeLesson('busy', { ...THREE, '1.solve': 'busy\nwrite w1', '2.solve': 'fail' })
  const { lessons } = s.lab
  await lessons.start('busy')
  t.match(await lessons.solve(), { outcome: 'passed' })
  t.equal(s.ran.filter((r) => r.includes('1.solve')).length, 2)
  await lessons.check()
  await lessons.next()
  t.match(await lessons.solve(), { outcome: 'failed' })
  t.equal(s.ran.filter((r) => r.includes('2.solve')).length, 1)
})

t.test('skip: where the lesson allows it', async (t) => {
  const s = await lessonStage(t)
  s.writeLesson('strict', THREE)
  s.writeLesson('free', { ...THREE, 'klab.yaml': 'skip: true\n' })
  const { lessons } = s.lab
  await lessons.start('strict')
  await t.rejects(lessons.next({ skip: true }), /does not let steps be skipped/)
  await lessons.finish()
  await lessons.start('free')
  t.match(await lessons.next({ skip: true }), { step: 2 })
  t.match(await lessons.status(), { steps: [{ state: 'open', snapshot: 'free.1' }, { state: 'here' }, {}] })
})
