import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { CommandError } from '../../src/errors.js'
import { runLogged, timed } from '../../src/bundle/jobs.js'
import { exec, makeContext } from './fixtures/world.js'

t.test('a failing command: tail and path of its log', async (t) => {
  const c = makeContext(t)
  const log = join(c.dir, 'logs/make.log')
  const lines: string[] = []
  const run = runLogged(c, ['sh', '-c', 'echo compiling; echo cannot find package >&2; exit 2'], log, {
    onLine: (l) => lines.push(l),
  })
  const error = await run.then(
    () => undefined,
    (e: unknown) => e,
  )
  t.ok(error instanceof CommandError)
  t.match(error, {
    hint: `the whole log: ${log}`,
    message: /cannot find package/,
    failure: { exitCode: 2, argv: ['sh'] },
  })
  t.match(readFileSync(log, 'utf8'), /compiling\n/)
  t.same(lines.sort(), ['cannot find package', 'compiling'])
})

t.test('an interrupted command takes its children along', async (t) => {
  const stop = new AbortController()
  const c = { ...makeContext(t), signal: stop.signal }
  const mark = `61.${process.pid}`
  const run = runLogged(c, ['sh', '-c', `sleep ${mark} & sleep ${mark}; wait`], join(c.dir, 'x.log'))
  await sleep(200)
  stop.abort()
  await t.rejects(run, { code: 'interrupted' })
  for (let i = 0; i < 40 && (await running(mark)) !== ''; i++) await sleep(50)
  t.equal(await running(mark), '')
})

const running = async (mark: string): Promise<string> =>
  (await exec.run(['pgrep', '-f', `^sleep ${mark}$`], { allowFailure: true })).stdout

t.test('how long a job took', async (t) => {
  const c = makeContext(t)
  let now = 0
  const result = await timed({ ...c, clock: { ...c.clock, monotonic: () => (now += 2500) } }, 'coredns', () =>
    Promise.resolve(7),
  )
  t.equal(result, 7)
  t.same(c.lines, ['coredns…', 'coredns: 3 s'])
})
