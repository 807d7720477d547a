/** Three of klab's own lessons and three faults, on the lab of the test (`npm run test:lessons`: all of them). */
import type { Test } from 'tap'
import { root } from '../fakes/world.js'
import type { Ran } from './run.js'

/** Each needs the control plane and one worker, and takes little time; together: two snapshots for all. */
const LESSONS = ['completion', 'system-settings', 'rollout-and-back'].map((n) => `${root}/labs/quickstart/lessons/${n}`)
const FAULTS = ['rbac-binding', 'join-token', 'svc-selector'].map((n) => `${root}/labs/breaks/${n}`)

interface Tried {
  readonly lesson: string
  readonly ok: boolean
  readonly steps: readonly { readonly problem?: string; readonly output: string }[]
}

/** Proves them: each check fails before its solution and passes after. The lab is as before afterwards. */
export async function proveLessons(
  t: Test,
  { run, klab }: { readonly run: (argv: readonly string[]) => Promise<Ran>; readonly klab: readonly string[] },
): Promise<void> {
  const { code, stdout, ms } = await run([...klab, 'lesson', 'test', '--together', '--json', ...LESSONS, ...FAULTS])
  const all = JSON.parse(stdout) as readonly Tried[]
  t.equal(all.length, LESSONS.length + FAULTS.length)
  for (const { lesson, ok, steps } of all) {
    const wrong = steps.find((s) => s.problem !== undefined)
    t.ok(ok, `${lesson}: ${wrong ? `${wrong.problem ?? ''}\n${wrong.output}` : `${steps.length} steps`}`)
  }
  t.equal(code, 0, `lessons and faults: ${Math.round(ms / 1000)} s`)
  t.match(await run([...klab, 'snapshot', 'list', '--json']), { code: 0, stdout: /^\[\]/ }, 'no snapshot stays')
}
