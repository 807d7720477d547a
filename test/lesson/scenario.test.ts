import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LessonError } from '../../src/errors.js'
import { environmentOf } from '../../src/lesson/environment.js'
import { readLesson } from '../../src/lesson/scenario.js'
import { index, lessonFolder } from './stage.js'

t.test('a scenario as Killercoda has it, with what klab.yaml adds', async (t) => {
  const dir = lessonFolder(t, {
    'index.json': JSON.stringify({
      title: 'Pods',
      description: 'All of them',
      difficulty: 'beginner',
      details: {
        intro: { text: 'intro.md', background: 'setup.sh', foreground: 'wait.sh' },
        steps: [
          { title: 'First', text: 'one/text.md', verify: 'one/verify.sh', background: 'one/bg.sh' },
          { title: 'Second', text: 'two.md' },
        ],
        finish: { text: 'finish.md' },
        assets: { host01: [{ file: '*.yaml', target: '/root', chmod: '+x' }], host02: [{ file: 'x', target: '/tmp' }] },
      },
      backend: { imageid: 'kubernetes-kubeadm-2nodes' },
    }),
    'intro.md': '# Hello',
    'finish.md': 'bye',
    'setup.sh': 'touch /ready',
    'wait.sh': 'while [ ! -e /ready ]; do sleep 1; done',
    'one/text.md': 'do',
    'one/verify.sh': '#!/bin/bash\r\ntrue\r\n',
    'one/bg.sh': '\ufeffecho',
    'one/solve.sh': 'kubectl run x',
    'two.md': 'read',
    'klab.yaml': [
      'minutes: 10',
      'steps:',
      '  - { node: k8s-node01, user: klab, timeoutSeconds: 5, solve: one/solve.sh, hints: [a, b], sections: [2.2.7] }',
    ].join('\n'),
  })
  const lesson = await readLesson(dir)
  t.match(lesson, {
    ...{ name: 'a-lesson', title: 'Pods', description: 'All of them', ground: 'killercoda', minutes: 10, notes: [] },
    intro: { text: 'intro.md', background: { text: 'touch /ready' }, foreground: { name: 'wait.sh' } },
    finish: { text: 'finish.md', background: undefined },
    assets: [
      { host: 0, file: '*.yaml', target: '/root', chmod: '+x' },
      { host: 1, file: 'x', target: '/tmp', chmod: undefined },
    ],
  })
  t.match(lesson.steps, [
    {
      ...{ number: 1, title: 'First', node: 'k8s-node01', user: 'klab', timeoutMs: 5000, sections: ['2.2.7'] },
      hints: ['a', 'b'],
      verify: { name: 'one/verify.sh', text: '#!/bin/bash\ntrue\n' },
      background: { text: 'echo' },
      solve: { text: 'kubectl run x' },
    },
    { number: 2, node: undefined, user: 'root', timeoutMs: 60_000, verify: undefined, hints: [] },
  ])
})

t.test('Katacoda’s older keys, and a bare command in place of a script', async (t) => {
  const dir = lessonFolder(t, {
    'index.json': index([{ title: 'x', text: 'x.md', verify: 'kubectl get ns a && test -e /x' }], {
      details: {
        intro: { text: 'x.md', courseData: 'old.sh', code: 'show.sh' },
        steps: [{ title: 'x', text: 'x.md', verify: 'kubectl get ns a && test -e /x' }],
        assets: { client: [{ file: 'f', target: '/' }] },
      },
      environment: { uilayout: 'editor-terminal' },
      backend: { imageid: 'minikube' },
    }),
    'x.md': 'x',
    'old.sh': 'a',
    'show.sh': 'b',
  })
  const lesson = await readLesson(dir)
  t.match(lesson.intro, { background: { text: 'a' }, foreground: { text: 'b' } })
  t.match(lesson.steps[0]!.verify, { text: 'kubectl get ns a && test -e /x\n' })
  t.match(lesson.assets, [{ host: 0 }])
  t.match(lesson.notes, [/layout editor-terminal: klab has no editor/, /written for minikube/])
})

t.test('texts in the reader’s language, the plain ones where there are none', async (t) => {
  const dir = lessonFolder(t, {
    'index.json': index([
      { title: 'One', text: 'one.md' },
      { title: 'Two', text: 'two.md' },
    ]),
    'one.md': 'one',
    'one.zh.md': '一',
    'two.md': 'two',
    'klab.yaml': 'languages:\n  zh: { title: 课, steps: [第一步] }\n',
  })
  const zh = await readLesson(dir, { language: 'zh' })
  t.match(zh, {
    title: '课',
    steps: [
      { title: '第一步', text: 'one.zh.md' },
      { title: 'Two', text: 'two.md' },
    ],
  })
  t.match(await readLesson(dir), { title: 'A lesson', steps: [{ title: 'One', text: 'one.md' }, {}] })
  t.match(await readLesson(dir, { language: 'fr' }), { title: 'A lesson', steps: [{ text: 'one.md' }, {}] })
})

/** What readLesson says of a folder. */
async function wrong(dir: string): Promise<string[]> {
  const error: unknown = await readLesson(dir).then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof LessonError)) throw new Error('it was taken')
  return error.message.replaceAll(dir, 'DIR').split('\n')
}

t.test('what is wrong is told all at once, each with its place', async (t) => {
  const dir = lessonFolder(t, {
    'index.json': `{
  "title": "x",
  "details": {
    "intro": { "text": "gone.md" },
    "steps": [
      { "title": "a" },
      { "title": "b", "text": "b.md", "verify": "verify.sh" },
      { "title": "c", "text": "../c.md" },
      { "title": "d", "text": "b.md", "verify": 7 }
    ],
    "assets": { "host01": [ { "file": "x" } ], "laptop": [] }
  }
}`,
    'b.md': 'b',
    'klab.yaml': 'stepz: []\nsteps: [{}, {}, {}, {}, { solve: 5 }]\n',
  })
  writeFileSync(join(dir, '..', 'c.md'), 'secret')
  t.same((await wrong(dir)).sort(), [
    'DIR/index.json: ../c.md: leads out of the lesson’s folder',
    'DIR/index.json:11:29: an asset needs file and target',
    'DIR/index.json:11:58: laptop: assets must be lists under host01, host02, …',
    'DIR/index.json:4:24: gone.md: no such file',
    'DIR/index.json:6:7: step 1: has no text',
    'DIR/index.json:7:49: verify.sh: no such file',
    'DIR/index.json:9:49: must be the name of a script',
    'DIR/klab.yaml:1:1: stepz: unknown field; did you mean steps?',
    'DIR/klab.yaml:2:34: steps[4].solve: must be a script in the lesson’s folder, or a command, found 5 ' +
      '(to YAML that is the number 5, not text: put it in quotes)',
  ])
})

t.test('JSON that is none', async (t) => {
  const says = async (json: string) => wrong(lessonFolder(t, { 'index.json': json }, `l${Math.random()}`))
  t.match(await says('{\n  // a comment\n  "title": "x"\n}'), ['DIR/index.json:2:3: JSON has no comments'])
  t.match(await says('{\n  "title": "x",\n}'), [/^DIR\/index\.json:3:1: .*no comma before }/])
  t.match(await says('{ "details": { "steps": [1,] } }'), [/:28: .*no comma before ]/])
  t.match(await says('{ "a": "x'), [/a string has no end/, /a } is missing/])
  t.match(await says(''), [/^DIR\/index\.json:1:1: a value is expected/])
  t.match(await says('{ title: 1 }'), [/strings need double quotes|field name in double quotes/])
})

t.test('no folder, no index.json, a link that leads out, files that are too large or no text', async (t) => {
  const empty = lessonFolder(t, { 'x.md': '' })
  t.same(await wrong(empty), ['DIR/index.json: no such file; a lesson’s folder has one'])
  t.match(await wrong(join(empty, 'none')), [/no such folder/])
  t.match(await wrong(join(empty, 'x.md')), [/no such folder/])
  const dir = lessonFolder(t, { 'index.json': index([{ title: 'a', text: 'link.md' }]) }, 'b')
  symlinkSync('/etc/passwd', join(dir, 'link.md'))
  t.match(await wrong(dir), [/link\.md: leads out of the lesson’s folder/])
  const big = lessonFolder(t, { 'index.json': index([{ title: 'a', text: 'a.md' }]), 'a.md': 'x'.repeat(3 << 20) }, 'c')
  t.match(await wrong(big), [/a\.md: is larger than 2 MiB/])
  const binary = lessonFolder(t, { 'index.json': index([{ title: 'a', text: 'a.md' }]) }, 'd')
  writeFileSync(join(binary, 'a.md'), Buffer.from([0xff, 0xfe, 0x00]))
  t.match(await wrong(binary), [/a\.md: is not UTF-8 text/])
})

t.test('machine images with another Ubuntu, and Katacoda’s tags, are known', (t) => {
  t.match(environmentOf('kubernetes-kubeadm-1node-ubuntu20.04'), { single: true, cluster: true, differs: undefined })
  t.match(environmentOf('kubernetes-kubeadm-2nodes-ubuntu20.04'), { single: false, nodes: 2 })
  t.match(environmentOf('ubuntu:2004'), { cluster: false, differs: /Debian/ })
  t.match(environmentOf('windows-ubuntu20.04'), { nodes: 2, differs: /does not know/ })
  t.end()
})
