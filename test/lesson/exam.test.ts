import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { elapsed } from '../../src/lesson/exam/clock.js'
import { readExamFile } from '../../src/lesson/exam/file.js'
import { addExamEvent, readExam, readExamLines, type ExamEvent } from '../../src/lesson/exam/journal.js'
import { examResult, examState } from '../../src/lesson/exam/result.js'
import { isSigned, makeSigningKeys, signData } from '../../src/lesson/exam/sign.js'
import { draw, pick } from '../../src/lesson/pick.js'
import type { HostMoment } from '../../src/host/moment.js'

/** So many seconds after the exam began; `wall`: the same by a wall clock that somebody has set. */
const at = (uptime: number, wall = uptime, boot = 'one'): HostMoment => ({
  uptime: uptime * 1000,
  wall: wall * 1000,
  boot,
})

t.test('time: the machine’s own counter decides, whatever the wall clock says', (t) => {
  t.same(elapsed(at(10), at(40)), { ms: 30_000 })
  t.same(elapsed(at(10), at(40, 70)), { ms: 30_000 }, 'a small step, as NTP makes it')
  t.match(elapsed(at(0), at(7200, 60)), { ms: 7_200_000, doubt: /set 7140 s back/ })
  t.match(elapsed(at(0), at(60, 7200)), { ms: 60_000, doubt: /set 7140 s forward/ })
  t.match(elapsed(at(1000), at(20, 1300, 'two')), { ms: 300_000, doubt: /restarted meanwhile/ })
  t.match(elapsed(at(1000), at(500, 900, 'two')), { ms: 500_000 }, 'it has run since for longer than its clock says')
  t.end()
})

const terms = {
  ...{ title: 'Week 3', minutes: 1, seed: 7, file: 'f', lab: 'l', klab: '0', startedAt: at(0) },
  tasks: [
    { name: 'a', dir: '/a', step: 1 },
    { name: 'b', dir: '/b', step: 2 },
  ],
}
const begin: ExamEvent = { event: 'begin', terms, base: 's1' }
const check = (task: number, outcome: 'passed' | 'failed'): ExamEvent => ({
  event: 'check',
  task,
  outcome,
  output: outcome,
})

async function write(path: string, events: readonly (readonly [ExamEvent, HostMoment])[]) {
  for (const [event, moment] of events) await addExamEvent(path, event, moment)
  return readExam(await readExamLines(path)).events
}

t.test('the result: what passed in time, and only time in which a task was open', async (t) => {
  const path = join(t.testdir(), 'x/exams.jsonl')
  const events = await write(path, [
    [begin, at(0)],
    [{ event: 'enter', task: 0 }, at(500)],
    [check(0, 'failed'), at(510)],
    [check(0, 'passed'), at(520)],
    [check(0, 'failed'), at(525)],
    [{ event: 'leave', task: 0 }, at(530)],
    [{ event: 'enter', task: 1 }, at(900)],
    [check(1, 'failed'), at(920)],
    [check(1, 'passed'), at(931)],
    [{ event: 'end' }, at(940)],
  ])
  t.match(examResult(events), {
    ...{ passed: 1, of: 2, usedSeconds: 70, ended: true, isOver: true },
    tasks: [
      { name: 'a', passed: true, failed: 2, seconds: 30, output: 'failed' },
      { name: 'b', passed: false, failed: 1, seconds: 40, output: 'passed' },
    ],
    doubts: [/^b passed after the time was over/],
  })
  t.match(examResult(events.slice(0, 8), at(929)), { passed: 1, isOver: false, usedSeconds: 59, ended: false })
  t.match(examResult(events.slice(0, 8), at(931)), { isOver: true })
  t.match(examState(events.slice(0, 6)), { task: 0, isOpen: false, ended: false, base: 's1' })
  t.match(examState(events.slice(0, 7)), { task: 1, isOpen: true })
})

t.test('the journal: a line that is changed, left out or cut short is seen; the last exam is read', async (t) => {
  const path = join(t.testdir(), 'exams.jsonl')
  await write(path, [[begin, at(0)], [{ event: 'end' }, at(1)]]) // prettier-ignore
  await write(path, [
    [begin, at(10)],
    [{ event: 'enter', task: 0 }, at(11)],
    [check(0, 'failed'), at(12)],
    [{ event: 'end' }, at(13)],
  ])
  const lines = await readExamLines(path)
  t.equal(lines.length, 4)
  t.match(readExam(lines), { whole: true })
  const changed = lines.map((l) => l.replace('"outcome":"failed"', '"outcome":"passed"'))
  t.match(readExam(changed), { whole: false })
  t.match(readExam(lines.filter((_, i) => i !== 2)), { whole: false })
  t.match(readExam(lines.slice(1)), { whole: false })
  t.match(readExam([]), { whole: false })
  appendFileSync(path, '{"event":"che')
  t.match(readExam(await readExamLines(path)), { whole: false, events: { length: 4 } })
  await addExamEvent(path, { event: 'end' }, at(14))
  const { events } = readExam(await readExamLines(path))
  t.equal(events.length, 5, 'what comes after half a line is not lost')
})

t.test('signatures: only the key that signed; a passphrase; what is no key', (t) => {
  const [mine, other] = [makeSigningKeys(), makeSigningKeys()]
  const data = { b: 1, a: ['x'] }
  const { signature, publicKey } = signData(data, mine.privatePem, { where: 'k' })
  t.equal(publicKey, mine.publicPem)
  t.equal(isSigned({ a: ['x'], b: 1 }, signature, mine.publicPem, 'k'), true, 'the order of fields does not matter')
  t.equal(isSigned({ ...data, b: 2 }, signature, mine.publicPem, 'k'), false)
  t.equal(isSigned(data, signature, other.publicPem, 'k'), false)
  t.equal(isSigned(data, 'nonsense', mine.publicPem, 'k'), false)
  const locked = makeSigningKeys('open sesame')
  t.match(locked.privatePem, 'ENCRYPTED')
  t.throws(() => signData(data, locked.privatePem, { where: 'k' }), { code: 'usage', hint: /KLAB_KEY_PASSPHRASE/ })
  const o = { where: 'k', passphrase: 'open sesame' }
  t.equal(isSigned(data, signData(data, locked.privatePem, o).signature, locked.publicPem, 'k'), true)
  t.throws(() => signData(data, mine.publicPem, { where: '/k' }), { code: 'usage', message: /^\/k: cannot be used/ })
  t.end()
})

t.test('the exam’s file: what is wrong is told with its place', (t) => {
  t.match(readExamFile('title: x\ntasks: 2\nfrom: [easy, rbac/2, ./own/1]\n', 'e.yaml'), { tasks: 2 })
  t.throws(() => readExamFile('title: x\ntaks: 2\nfrom: []\n', 'e.yaml'), {
    code: 'lesson',
    message: /e\.yaml:\d:\d+: .*(\n.*)*from: must be a list/,
  })
  t.throws(() => readExamFile('tasks: [', 'e.yaml'), { code: 'lesson' })
  t.throws(() => readExamFile('title: x\ntasks: 1\nfrom: ["; rm"]\n', 'e.yaml'), { message: /LESSON\/STEP/ })
  t.end()
})

t.test('what a seed draws: the same for all, different ones for another seed', (t) => {
  const all = 'abcdefghij'.split('').map((name) => ({ name }))
  const names = (seed: number): string => draw(all, seed, 4).map((x) => x.name).join('') // prettier-ignore
  t.equal(names(7), names(7))
  t.equal(new Set(names(7)).size, 4)
  t.not(names(7), names(8))
  t.equal(pick(all, 7)?.name, names(7)[0])
  t.equal(draw([...all].reverse(), 7, 4).map((x) => x.name).join(''), names(7)) // prettier-ignore
  t.end()
})

t.test('a journal in a folder that is not there, and one that is read only by its owner', async (t) => {
  const path = join(t.testdir(), 'deep/er/exams.jsonl')
  t.same(await readExamLines(path), [])
  await addExamEvent(path, begin, at(0))
  t.match(readFileSync(path, 'utf8'), /^\{"event":"begin".*\n$/)
  writeFileSync(path, '')
  t.same(await readExamLines(path), [])
})
