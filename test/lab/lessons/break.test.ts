import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openLab } from '../../../src/index.js'
import { pick } from '../../../src/lesson/pick.js'
import { root } from '../../fakes/world.js'
import { lessonStage } from './stage.js'

t.test('break: starts when its symptom shows, ends when fixed or undone; its name stays secret', async (t) => {
  const s = await lessonStage(t)
  const fault = (text: string, level: string) => ({
    'index.json': JSON.stringify({
      title: 'Nothing works',
      details: { steps: [{ title: 'Fix it', text: 'task.md', background: 'break.sh', verify: 'verify.sh' }] },
    }),
    'klab.yaml': `level: ${level}\nground: lab\nsteps: [{ solve: solve.sh, hints: [look] }]\n`,
    'task.md': 'Fix it.',
    'break.sh': text,
    'verify.sh': 'is fine',
    'solve.sh': 'write fine',
  })
  const assets = join(s.world.dir, 'assets')
  const write = (name: string, files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(assets, 'labs', 'breaks', name), { recursive: true })
      writeFileSync(join(assets, 'labs', 'breaks', name, file), text)
    }
  }
  write('gone', fault('write broken', 'easy'))
  write('stuck', fault('write broken', 'hard'))
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  const lab = await openLab({ doors: { ...s.doors, assets } })
  const { breaks } = lab.lessons
  t.match(await breaks.list(), [
    { name: 'gone', level: 'easy', title: 'Nothing works' },
    { name: 'stuck', level: 'hard' },
  ])
  await t.rejects(breaks.start('gonne'), { message: /no such fault/, hint: 'klab break start gone' })
  await t.rejects(breaks.undo(), /nothing was broken here/)
  s.write('fine')
  t.match(await breaks.start('random', { level: 'hard', seed: 3 }), { lesson: 'stuck', seed: 3 })
  t.same(await s.names(), ['break.start'])
  t.match(await lab.lessons.check(), { outcome: 'failed', output: 'want fine' })
  s.write('worse')
  t.match(await breaks.undo(), { name: 'stuck' })
  t.equal(await s.word(), 'fine')
  t.same(await s.names(), [])
  await breaks.start('gone')
  await lab.lessons.solve()
  t.match(await lab.lessons.check(), { outcome: 'passed', snapshot: undefined, isFault: true })
  await lab.lessons.finish()
  write('gone', fault('say nothing', 'easy'))
  await t.rejects(breaks.start('gone'), /its symptom did not appear: passed/)
  const seeds = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((seed) => Promise.resolve(pick([{ name: 'a' }, { name: 'b' }], seed)?.name)),
  )
  t.same([...new Set(seeds)].sort(), ['a', 'b'], 'each comes up')
  t.same(pick([{ name: 'a' }, { name: 'b' }], 1), pick([{ name: 'b' }, { name: 'a' }], 1))
})
