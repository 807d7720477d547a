import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { lessonStage, THREE } from './stage.js'

const EXAM = 'title: Week 3\nminutes: 30\ntasks: 2\nfrom: [./lessons/one/1, ./lessons/two/2]\n'

async function stage(t: Test) {
  const s = await lessonStage(t)
  s.writeLesson('one', THREE)
  s.writeLesson('two', THREE)
  const at = (name: string): string => join(s.world.dir, name)
  writeFileSync(at('exam.yaml'), EXAM)
  s.write('mine')
  const { lessons } = s.lab
  const keys = await lessons.exam.keys(at('trainer'))
  const start = (key?: string) => lessons.start(at('exam.yaml'), { exam: { seed: 1, key } })
  return { ...s, at, lessons, keys, start }
}

t.test('an exam: two tasks, one passes; the report is signed, and verified with the public key', async (t) => {
  const s = await stage(t)
  const { lessons, at } = s
  t.equal(statSync(s.keys.privateKey).mode & 0o777, 0o600)
  const page = await s.start(s.keys.privateKey)
  t.match(page, { lesson: 'exam', title: 'Week 3', step: 1, steps: 2, hasCheck: true })
  t.same(await s.names(), ['exam.start'])
  t.match(await lessons.check(), { outcome: 'failed', snapshot: undefined, isLast: false })
  const refused: Record<string, () => Promise<unknown>> = {
    hint: () => lessons.hint(),
    solve: () => lessons.solve(),
    back: () => lessons.back(),
    reset: () => lessons.reset(),
    catchUp: () => lessons.catchUp(1),
    undo: () => lessons.breaks.undo(),
    start: () => lessons.start('one'),
  }
  for (const [verb, tried] of Object.entries(refused))
    await t.rejects(tried(), { code: 'state', message: /an exam is open/ }, verb)
  await t.rejects(lessons.exam.report(at('early.json')), { code: 'state', message: /not over/ })

  // The word of whichever task was drawn first.
  const first = (await lessons.exam.result()).tasks[0]?.name === './lessons/one/1' ? 'w1' : 'w2'
  s.write(first)
  t.match(await lessons.check(), { outcome: 'passed' })
  t.match(await lessons.status(), { lesson: 'exam', step: 1, steps: [{ state: 'passed', failed: 1 }, { title: '' }] })
  t.match(await lessons.next(), { lesson: 'exam', step: 2 })
  t.match(
    await s.word(),
    first === 'w1' ? /begin2/ : /ready|zero|mine/,
    'the lab of the exam’s beginning, and its task set up',
  )
  await t.rejects(lessons.next(), { message: 'this is the last task' })
  t.match(await lessons.finish(), { lesson: 'Week 3', passed: 1, steps: 2 })
  t.equal(await s.word(), 'mine')
  t.same(await s.names(), [])
  t.same((await lessons.report()).work, [], 'an exam’s tasks are no lessons of the trainee’s')
  await t.rejects(lessons.check(), { message: /no lesson is open/ })

  const file = at('anna.json')
  t.match(await lessons.exam.report(file, { key: s.keys.privateKey }), { isSigned: true, result: { passed: 1, of: 2 } })
  await t.rejects(lessons.exam.report(file), { code: 'state', message: /already exists/ })
  t.match(await lessons.exam.verify(file, s.keys.publicKey), { isSigned: true, isStartSigned: true, problems: [] })
  const text = readFileSync(file, 'utf8')
  t.notMatch(text, 'PRIVATE')

  // Somebody makes both tasks pass.
  writeFileSync(
    at('fake.json'),
    text.replaceAll('\\"outcome\\":\\"failed\\"', '\\"outcome\\":\\"passed\\"').replace('"passed": 1', '"passed": 2'),
  )
  t.match(await lessons.exam.verify(at('fake.json'), s.keys.publicKey), {
    isSigned: false,
    problems: [/was changed after it was signed, or signed with another key/, /lines of its journal were changed/],
  })
  const other = await lessons.exam.keys(at('other'))
  t.match(await lessons.exam.verify(file, other.publicKey), { isSigned: false, isStartSigned: false })
  await lessons.exam.report(at('plain.json'))
  t.match(await lessons.exam.verify(at('plain.json'), s.keys.publicKey), {
    isSigned: false,
    problems: ['the report is not signed'],
  })
  writeFileSync(at('none.json'), '{}')
  await t.rejects(lessons.exam.verify(at('none.json'), s.keys.publicKey), { code: 'corrupt' })
  await t.rejects(lessons.exam.verify(file, at('exam.yaml')), { code: 'usage', message: /cannot be used as a key/ })
  await t.rejects(lessons.exam.keys(at('trainer')), { code: 'state' })
})

t.test('klab dies while a task is set up: next goes on with that task', async (t) => {
  const s = await stage(t)
  await s.start()
  await s.lessons.next()
  await s.lessons.finish()
  await s.start()
  const text = readFileSync(s.paths.exams, 'utf8').trimEnd().split('\n')
  t.match(text.at(-1), '"event":"enter"')
  writeFileSync(s.paths.exams, `${text.slice(0, -1).join('\n')}\n`)
  await t.rejects(s.lessons.check(), { message: /not set up yet/, hint: 'klab lesson next' })
  t.match(await s.lessons.next(), { step: 1, steps: 2 })
  t.match(await s.lessons.check(), { outcome: 'failed' })
})

t.test('the time is over: no check and no next, whatever the wall clock says', async (t) => {
  const s = await stage(t)
  await s.start()
  const over = (line: string): string => {
    const data = JSON.parse(line) as { at: { uptime: number } }
    return JSON.stringify({ ...data, at: { ...data.at, uptime: data.at.uptime - 31 * 60_000 } })
  }
  const lines = readFileSync(s.paths.exams, 'utf8').trimEnd().split('\n')
  writeFileSync(s.paths.exams, `${lines.map(over).join('\n')}\n`)
  await t.rejects(s.lessons.check(), { code: 'state', message: 'the 30 minutes of this exam are over' })
  await t.rejects(s.lessons.next(), { code: 'state', hint: 'klab lesson finish' })
  t.match(await s.lessons.finish(), { passed: 0 })
  const { problems } = await s.lessons.exam
    .report(s.at('r.json'))
    .then(() => s.lessons.exam.verify(s.at('r.json'), s.keys.publicKey))
  t.ok(
    problems.some((p) => p.includes('changed')),
    'and who edits the journal is seen',
  )
})

t.test(
  'refused before anything is done: no such task, too few, a step without a check, no file, a bad key',
  async (t) => {
    const s = await stage(t)
    const exam = (text: string) => {
      writeFileSync(s.at('exam.yaml'), text)
      return s.start()
    }
    await t.rejects(exam('title: x\ntasks: 1\nfrom: [no-such-fault]\n'), { code: 'usage', message: /no such fault/ })
    await t.rejects(exam('title: x\ntasks: 2\nfrom: [./lessons/one/1]\n'), { message: /names 1 tasks, but 2/ })
    await t.rejects(exam('title: x\ntasks: 1\nfrom: [./lessons/one/9]\n'), { message: /no such step/ })
    await t.rejects(s.lessons.start(s.at('gone.yaml'), { exam: {} }), { code: 'usage', message: /cannot be read/ })
    writeFileSync(s.at('exam.yaml'), EXAM)
    await t.rejects(s.start(s.at('exam.yaml')), { code: 'usage', message: /cannot be used as a key/ })
    t.same(await s.names(), [])
    t.equal(await s.word(), 'mine')
  },
)
