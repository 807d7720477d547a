/** The part of lint that ESLint cannot do, on a small src/ of its own. */
import { spawnSync } from 'node:child_process'
import t from 'tap'

const script = new URL('../../.ci/structure.mjs', import.meta.url).pathname

function lint(cwd: string): { readonly status: number | null; readonly said: readonly string[] } {
  const { status, stderr } = spawnSync(process.execPath, [script], { cwd, encoding: 'utf8' })
  return { status, said: stderr.trimEnd().split('\n') }
}

t.test('circles of types, import() past the order, a name in two files', (t) => {
  const src = {
    host: {
      'a.ts': "import type { B } from './b.js'\nexport type A = B\nexport const one = 1, two = 2\n",
      'b.ts': "export type B = import('./c.js').C\n",
      'c.ts': "export type { A as C } from './a.js'\nexport function two(): void {}\n",
      'up.ts': "export const up = () => import('../lab/verb.js')\n",
    },
    lab: { 'verb.ts': "import { one } from '../host/a.js'\nexport const verb = one\n" },
  }
  t.same(lint(t.testdir({ src })), {
    status: 1,
    said: [
      'a circle: host/a.ts → host/b.ts → host/c.ts → host/a.ts',
      'host/up.ts may not import lab/verb.ts (.ci/rooms.js)',
      'two is exported by host/a.ts, host/c.ts',
    ],
  })
  t.end()
})

t.test('nothing to say', (t) => {
  const src = { host: { 'a.ts': 'export const a = 1\n' }, lab: { 'b.ts': "export { a } from '../host/a.js'\n" } }
  t.same(lint(t.testdir({ src })), { status: 0, said: [''] })
  t.end()
})
