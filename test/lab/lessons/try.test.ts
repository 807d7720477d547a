/** `klab lesson test`, of one lesson and of several. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lessonStage, THREE } from './stage.js'

t.test('test: each check fails before its solution and passes after; the lab is as before', async (t) => {
  const s = await lessonStage(t)
  const dir = s.writeLesson('three-words', THREE)
  const { lessons } = s.lab
  s.write('mine')
  t.match(await lessons.test('three-words'), {
    ok: true,
    steps: [1, 2, 3].map((number) => ({
      number,
      before: 'failed',
      solved: 'passed',
      after: 'passed',
      problem: undefined,
    })),
  })
  t.equal(await s.word(), 'mine')
  t.same(await s.names(), [])
  await t.rejects(lessons.status(), /no lesson is open/)
  t.same((await lessons.report()).work, [], 'a trial is nobody’s work')
  const problem = async (file: string, script: string): Promise<string | undefined> => {
    writeFileSync(join(dir, file), script)
    const { ok, steps } = await lessons.test('three-words')
    t.equal(ok, false)
    t.equal(await s.word(), 'mine')
    writeFileSync(join(dir, file), THREE[file as keyof typeof THREE])
    return steps.at(-1)?.problem
  }
  t.equal(await problem('2.verify', 'say always'), 'its check passes before anything is done')
  t.equal(await problem('2.verify', 'hang'), 'its check before the solution: timed-out')
  t.equal(await problem('3.solve', 'fail'), 'its solve script: failed')
  t.equal(await problem('3.solve', 'write other'), 'its check after the solution: failed')
})

t.test(
  'test together: one snapshot for all, each begins where the one before ended; then all is as before',
  async (t) => {
    const s = await lessonStage(t)
    s.writeLesson('one', THREE)
    s.writeLesson('two', THREE)
    const { lessons } = s.lab
    s.write('mine')
    const saves = (): number => s.events.filter((e) => e.type === 'start' && /save|pause/.test(e.title)).length
    t.match(await lessons.testTogether(['one', 'two']), [
      { lesson: 'one', ok: true },
      { lesson: 'two', ok: true },
    ])
    const together = saves()
    t.equal(await s.word(), 'mine')
    t.same(await s.names(), [])
    await t.rejects(lessons.status(), /no lesson is open/)
    t.same(
      (await s.journal()).filter((e) => /start|saved|finished/.test(e)),
      ['start', 'saved 0', 'finished', 'start', 'finished'],
    )
    await lessons.test('one')
    t.ok(together <= saves() - together, 'not one snapshot a lesson')
    const dir = s.writeLesson('bad', { ...THREE, '2.solve': 'fail' })
    t.match(await lessons.testTogether(['bad', 'one']), [
      { ok: false, steps: [{}, { solved: 'failed' }] },
      { ok: true },
    ])
    t.equal(await s.word(), 'mine')
    s.writeLesson('lost', { ...THREE, '2.bg': 'write spoiled\nlose' })
    s.writeLesson('after', { ...THREE, 'setup.sh': 'say', '1.solve': 'is mine\nwrite w1' })
    t.match(
      await lessons.testTogether(['lost', 'after']),
      [{ ok: false, steps: [{}, { problem: /the node does not answer: k8s-master01/ }] }, { ok: true }],
      'after one that could not be set up the next starts in the lab as it was',
    )
    await t.rejects(lessons.testTogether(['one', `${dir}-gone`]), { code: 'lesson' })
    t.equal(await s.word(), 'mine', 'nothing was begun')
  },
)
