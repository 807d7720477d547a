import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createExec } from '../../../src/host/exec.js'
import { openLab } from '../../../src/index.js'
import { lessonStage } from './stage.js'

t.test('a new lesson has nothing that a lint would find; what is wrong with one is told with its place', async (t) => {
  const s = await lessonStage(t)
  // `bash -n` is a program of this host.
  const lab = await openLab({ doors: { ...s.doors, host: createExec(s.world.env) } })
  const { lessons } = lab
  const { dir, files } = await lessons.create(join(s.world.dir, 'my-lesson'))
  t.match(files, ['index.json', 'klab.yaml'])
  t.equal(statSync(join(dir, 'step1/verify.sh')).mode & 0o777, 0o755)
  t.match(await lessons.lint(dir), { ok: true, issues: [], lab: s.record.name })
  await t.rejects(lessons.create(dir), { code: 'state', message: /already exists/ })
  await t.rejects(lessons.create(join(s.world.dir, 'Bad name')), { code: 'usage', hint: /lower-case/ })

  writeFileSync(join(dir, 'step1/solve.sh'), 'kubectl run x --image=nginx\nssh node77\ncurl https://example.org\n')
  writeFileSync(join(dir, 'step1/verify.sh'), 'if true; then\n')
  const found = await lessons.lint(dir)
  const lines = found.issues.map((i) => `${i.file.replace(`${dir}/`, '')}:${i.line ?? '-'} ${i.level}: ${i.message}`)
  t.equal(found.ok, false)
  t.match(lines, [
    /^step1\/verify\.sh:\d error: does not parse: syntax error/,
    /^step1\/solve\.sh:2 warning: ssh node77: the lab has no such machine$/,
    /^step1\/solve\.sh:3 warning: needs the internet, .*: curl https:\/\/example\.org$/,
  ])
  writeFileSync(join(dir, 'index.json'), '{ "title": "x", "detials": {}, }')
  t.match(await lessons.lint(dir), { ok: false, issues: [{ line: 1, column: 32, level: 'error' }] })
  writeFileSync(join(dir, 'index.json'), '{ "title": "x", "detials": {}, "details": { "steps": [] } }')
  writeFileSync(join(dir, 'klab.yaml'), 'minutes: 5\n')
  t.match((await lessons.lint(dir)).issues, [
    { level: 'warning', line: 1, message: 'detials: unknown key; it is ignored' },
  ])
})

t.test('lint: an asset that is not there; images that the lab lacks, and where they come from', async (t) => {
  const s = await lessonStage(t)
  const lab = await openLab({ doors: { ...s.doors, host: createExec(s.world.env) } })
  const dir = s.writeLesson('assets', {
    'index.json': JSON.stringify({
      title: 'x',
      details: {
        steps: [{ title: 'one', text: 'one.md' }],
        assets: {
          host01: [
            { file: 'there.yaml', target: '/root' },
            { file: '*.sh', target: '/root' },
          ],
        },
      },
    }),
    'one.md': 'Use the `nginx:1.25` image.\n',
    'assets/there.yaml': 'image: busybox\n',
  })
  t.match(await lab.lessons.lint(dir), {
    ok: false,
    issues: [{ level: 'error', message: 'assets: *.sh: no such file' }],
    images: ['nginx:1.25'],
  })
})

t.test('lessons below a folder that is one itself are found; a program’s index.json is none', async (t) => {
  const s = await lessonStage(t)
  const one = { 'index.json': JSON.stringify({ title: 'One', details: { steps: [] } }) }
  const top = s.writeLesson('checkout', one)
  s.writeLesson('checkout/inner', one)
  s.writeLesson('checkout/assets/app', { 'index.json': '{ "name": "app" }' })
  s.writeLesson('checkout/course/deep', one)
  const found = await s.lab.lessons.list({ dirs: [top] })
  t.same(
    found.map((l) => l.dir.slice(top.length)),
    ['', '/course/deep', '/inner'],
  )
  t.ok(found.every((l) => l.problem === undefined))
})
