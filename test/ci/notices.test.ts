import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bundledPackages, noticeOf } from '../../.ci/notices.mjs'
import { root } from '../fakes/world.js'

t.test('the packages of which something is in the output, each once', (t) => {
  const inputs = {
    'src/main.ts': { bytesInOutput: 10 },
    'node_modules/zod/v4/core.js': { bytesInOutput: 10 },
    'node_modules/zod/v4/shaken-off.js': { bytesInOutput: 0 },
    'node_modules/left-out/index.js': { bytesInOutput: 0 },
    'node_modules/@xterm/xterm/lib/xterm.js': { bytesInOutput: 10 },
    'node_modules/yargs/node_modules/cliui/index.js': { bytesInOutput: 10 },
  }
  const all = bundledPackages([{ outputs: { 'main.js': { inputs } } }, { outputs: { 'again.js': { inputs } } }])
  const nested = 'node_modules/yargs/node_modules/cliui'
  t.same(all, ['node_modules/@xterm/xterm', nested, 'node_modules/zod'])
  t.end()
})

/** A folder with a package.json and perhaps more. */
const folder = (t: Test, about: object, more: Record<string, string> = {}): string =>
  t.testdir({ 'package.json': JSON.stringify({ name: 'p', version: '1.2.3', ...about }), ...more })

t.test('a package’s own texts, all of them', async (t) => {
  const { text } = await noticeOf(folder(t, { license: 'Apache-2.0' }, { LICENSE: 'the licence', 'NOTICE.md': 'who' }))
  t.equal(text, 'p 1.2.3 (Apache-2.0)\n\nthe licence\n\nwho\n')
})

t.test('only the name of the MIT licence: its words, with the author', async (t) => {
  const { text } = await noticeOf(folder(t, { licenses: [{ type: 'MIT' }], author: { name: 'A. Uthor' } }))
  t.match(text, /^p 1\.2\.3 \(MIT\)\n\nCopyright \(c\) A\. Uthor\n\nPermission is hereby granted/)
})

t.test('a licence that nobody has looked at, or without its text: no build', async (t) => {
  await t.rejects(noticeOf(folder(t, { license: 'AGPL-3.0' }, { LICENSE: 'x' })), /licence AGPL-3\.0: may klab contain/)
  await t.rejects(noticeOf(folder(t, {}, { LICENSE: 'x' })), /licence undefined/)
  await t.rejects(noticeOf(folder(t, { license: 'ISC' })), /no licence text/)
})

t.test('the built text names what klab loads', (t) => {
  const file = join(root, 'dist/THIRD-PARTY-NOTICES')
  t.ok(existsSync(file), 'run npm run build first')
  const text = readFileSync(file, 'utf8')
  for (const name of ['ssh2', 'zod', 'yaml', '@xterm/xterm', 'hono'])
    t.match(text, new RegExp(`^${name} \\d.*\\(`, 'm'))
  t.notMatch(text, /^(?:typescript|esbuild|tap|cpu-features) \d/m)
  t.end()
})
