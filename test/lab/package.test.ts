/** klab as other programs get it: the built package, linked into a folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../fakes/world.js'

if (!existsSync(join(root, 'dist/index.js')))
  execFileSync(process.execPath, ['.ci/build.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })

const USER = `import { openLab, KlabError, type Event, type Lab, type Status } from 'klab'
const seen: Event['type'][] = []
const signal = AbortSignal.timeout(10_000)
const lab: Lab = await openLab({ file: 'nowhere', onEvent: (e) => seen.push(e.type), signal })
const state: Promise<Status['state']> = lab.status().then((s) => s.state)
const ready: Promise<boolean | null | undefined> = lab.up({ until: 'ready' }).then((r) => r.status.nodes[0]?.ready)
await Promise.all([state, ready]).catch((e: unknown) => e instanceof KlabError && e.hint)
// @ts-expect-error no such phase
await lab.up({ until: 'redy' })
`

const folder = (t: Test): string => {
  const dir = t.testdir({ node_modules: {}, 'package.json': '{ "type": "module" }', 'user.ts': USER })
  symlinkSync(root, join(dir, 'node_modules/klab'))
  return dir
}

t.test('import from a folder that has it linked: openLab, and typed errors', (t) => {
  const code = `
    import { openLab, KlabError, UsageError } from 'klab'
    const lab = await openLab({ file: 'nowhere' })
    const error = await lab.status().catch((e) => e)
    const is = [error instanceof KlabError, error instanceof UsageError]
    console.log(JSON.stringify([...is, error.exitCode, process.umask()]))`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder(t), encoding: 'utf8' })
  t.same(JSON.parse(out), [true, true, 2, 0o077])
  t.end()
})

const typed = { skip: existsSync(join(root, 'dist/types')) ? false : 'npm run build makes dist/types' }
t.test('its types, as a strict program sees them', typed, (t) => {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const types = ['--typeRoots', join(root, 'node_modules/@types')]
  const tsc = join(root, 'node_modules/.bin/tsc')
  t.equal(execFileSync(tsc, [...options, ...types, 'user.ts'], { cwd: folder(t), encoding: 'utf8' }), '')
  t.end()
})
