/** dist/start.js: with what V8 compiled during the build, and as well without it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { main } from './klab.js'

/** A copy of klab's parts, to be damaged. */
function copy(t: Test): string {
  const [from, to] = [dirname(main), t.testdir({})]
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }')
  for (const name of readdirSync(from))
    if (/^(?:main|start)\.js$|\.part\.js(?:\.code)?$/.test(name)) copyFileSync(join(from, name), join(to, name))
  return to
}

const run = (dir: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dir, 'main.js'), '--help'], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

t.test('V8 takes the code of every part that --help loads', (t) => {
  const start = pathToFileURL(join(dirname(main), 'start.js')).href
  const text = `process.argv.push('klab', '--help')
    const { scripts } = await import('${start}')
    process.on('exit', () => console.error(JSON.stringify([...scripts.values()].map((s) => s.cachedDataRejected))))`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], { encoding: 'utf8' })
  const rejected = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as readonly (boolean | undefined)[]
  t.ok(rejected.length > 5)
  t.same([...new Set(rejected)], [false])
  t.end()
})

t.test('without it, or with damaged or foreign code, klab does the same', (t) => {
  const dir = copy(t)
  const whole = run(dir)
  t.match(whole, { status: 0, stderr: '' })
  t.match(whole.stdout, 'Commands:')
  const codes = readdirSync(dir).filter((name) => name.endsWith('.code'))
  t.ok(codes.length > 5)
  for (const name of codes) writeFileSync(join(dir, name), 'no code')
  t.same(run(dir), whole)
  for (const name of codes) rmSync(join(dir, name))
  t.same(run(dir), whole)
  t.end()
})
