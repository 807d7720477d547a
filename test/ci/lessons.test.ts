/** The script behind `npm run test:lessons`, with a klab of the test's own. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = new URL('../..', import.meta.url).pathname
const DOC = [
  'text',
  '<!-- results of npm run test:lessons -->',
  '',
  '| 2026-01-01 | `old` | passed, 3 steps | 1 min 0 s |',
  '| 2026-01-01 | `bad` | passed, 1 steps | 1 min 0 s |',
  '',
  '<!-- end of results -->',
  'more',
].join('\n')

let fakeError = ''

function run(dir: string, ...args: string[]) {
  const env = {
    ...process.env,
    KLAB_TEST_KLAB: join(root, 'test/ci/fixtures/lessons-klab.mjs'),
    KLAB_TEST_DOC: join(dir, 'lessons.md'),
    FAKE_LOG: join(dir, 'log'),
    FAKE_ERROR: fakeError,
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/lessons.mjs', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr, log: readFileSync(join(dir, 'log'), 'utf8').split('\n') }
}

t.test('a lab that is up: all of klab’s own are tried; one bad one does not end it, and makes it red', (t) => {
  const dir = t.testdir({ 'lessons.md': DOC, Labfile: '' })
  const { status, stdout, log } = run(dir, '--lab', join(dir, 'Labfile'), '--write')
  t.equal(status, 1)
  t.match(stdout, '3 tried: 1 passed, 2 failed')
  t.match(stdout, /it said no/)
  t.same(log.slice(0, -1), [
    'lesson list --json',
    'break list --json',
    'lesson test LABS/good --json',
    'lesson test LABS/bad --json',
    'lesson test LABS/lost --json',
    'lesson reset --all',
    'lesson finish',
  ])
  const day = new Date().toISOString().slice(0, 10)
  t.match(
    readFileSync(join(dir, 'lessons.md'), 'utf8')
      .split('\n')
      .filter((l) => l.startsWith('| 2')),
    [
      `| ${day} | \`bad\` | FAILED at step 1: its check \\| before | 1 min 1 s |`,
      `| ${day} | \`good\` | passed, 1 steps | 1 min 1 s |`,
      /^\| [\d-]+ \| `lost` \| ERROR: klab lesson test \S+labs\/lost: exit status 4 \| \d+ min \d+ s \|$/,
      '| 2026-01-01 | `old` | passed, 3 steps | 1 min 0 s |',
    ],
  )
  t.end()
})

t.test('without a lab it makes one and destroys it; a name that nobody has is an error', (t) => {
  const dir = t.testdir({ 'lessons.md': DOC })
  const { status, log } = run(dir, '--only', 'good')
  t.equal(status, 0)
  t.same(
    log.slice(0, -1).map((l) => l.split(' ').slice(0, 2).join(' ')),
    ['up', 'lesson list', 'break list', 'lesson test', 'destroy --force'],
  )
  t.equal(readFileSync(join(dir, 'lessons.md'), 'utf8'), DOC, 'nothing is written unless asked')
  const wrong = run(t.testdir({ 'lessons.md': DOC }), '--only', 'goood')
  t.equal(wrong.status, 1)
  t.match(wrong.stderr, 'no such lesson or fault: goood')
  t.end()
})

t.test('together: as many at once as asked for, each with a row of its own', (t) => {
  const dir = t.testdir({ 'lessons.md': DOC, Labfile: '' })
  const { status, stdout, log } = run(dir, '--lab', join(dir, 'Labfile'), '--only', 'good,bad', '--together', '5')
  t.equal(status, 1)
  t.match(stdout, '2 tried: 1 passed, 1 failed')
  t.same(log.slice(2, -1), ['lesson test --together LABS/good LABS/bad --json'])
  const lost = run(dir, '--lab', join(dir, 'Labfile'), '--together', '5')
  t.match(lost.stdout, '3 tried: 0 passed, 3 failed', 'no answer for one: nothing is known of the others')
  t.match(run(dir, '--lab', join(dir, 'Labfile'), '--together', 'x').stderr, '--together: a number from 1 on')
  t.end()
})

t.test('an error of klab’s is told in its own words', (t) => {
  fakeError = 'no room left'
  const dir = t.testdir({ 'lessons.md': DOC, Labfile: '' })
  const { status, stdout } = run(dir, '--lab', join(dir, 'Labfile'), '--only', 'good')
  t.equal(status, 1)
  t.match(stdout, '| `good` | ERROR: no room left |')
  t.end()
})
