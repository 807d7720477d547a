/** The script that runs the tests with real machines, on small test files: a good one, a flaky one, a red one. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = new URL('../..', import.meta.url).pathname
const file = (name: string) => `test/ci/fixtures/${name}.mjs`

function run(dir: string, names: readonly string[], options: readonly string[] = []) {
  const env = {
    ...process.env,
    KLAB_TEST_RUN: 'node',
    TAP: '1',
    KLAB_FLAKY_FILE: join(dir, 'flaky.md'),
    KLAB_TEST_MARKER: join(dir, 'marker'),
  }
  const args = ['.ci/real.mjs', ...options, 'test/ci', '60', ...names.map(file)]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  const list = join(dir, 'flaky.md')
  return { status, stdout, list: existsSync(list) ? readFileSync(list, 'utf8') : undefined }
}

t.test('green on the second try: said loudly, written down with its log, and counted', (t) => {
  const { status, stdout, list } = run(t.testdir({}), ['flaky'])
  t.equal(status, 0)
  t.match(stdout, `!!! FLAKY: ${file('flaky')} failed, then passed alone`)
  t.match(stdout, '1 files: 0 green, 1 flaky, 0 red')
  t.match(list, new RegExp(`^## ${file('flaky')}, \\d{4}-\\d\\d-\\d\\d, no\\. 1$`, 'm'))
  t.match(list, /not ok .* there is no marker yet/)
  t.match(stdout, list, 'in the output too')
  t.end()
})

t.test('red stays red; what is green is run once; the slowest are listed', (t) => {
  const { status, stdout, list } = run(t.testdir({}), ['good', 'red'])
  t.equal(status, 1)
  t.match(stdout, `RED: ${file('red')} failed twice`)
  t.equal(stdout.match(/a good one/g)?.length, 1)
  t.equal(stdout.match(/not ok .* never true/g)?.length, 2)
  t.match(stdout, /slowest:\n +[\d.]+ s {2}test\/ci\/fixtures\/\w+\.mjs\n +[\d.]+ s/)
  t.match(stdout, '2 files: 1 green, 0 flaky, 1 red')
  t.equal(list, undefined)
  t.end()
})

t.test('--once: no second run', (t) => {
  const { status, stdout, list } = run(t.testdir({}), ['flaky', 'good'], ['--once'])
  t.equal(status, 1)
  t.match(stdout, `RED: ${file('flaky')} failed; `)
  t.match(stdout, '2 files: 1 green, 0 flaky, 1 red')
  t.equal(list, undefined)
  t.end()
})
