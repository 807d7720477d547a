/** What a killed klab was running ends with it: whole groups, in every way that host commands are started. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const kills = join(import.meta.dirname, 'fixtures/is-killed.ts')
const program = join(import.meta.dirname, 'fixtures/runs-things.ts')

const alive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
async function until(probe: () => boolean): Promise<boolean> {
  for (let i = 0; i < 300 && !probe(); i++) await new Promise((r) => setTimeout(r, 50))
  return probe()
}
const pidsIn = (dir: string, names: readonly string[]): number[] =>
  names.map((n) => (existsSync(join(dir, n)) ? Number(readFileSync(join(dir, n), 'utf8')) : 0))

t.test('kill -9 of klab', async (t) => {
  const dir = t.testdir()
  const child = spawn(process.execPath, [...process.execArgv, program, dir], { stdio: 'inherit' })
  const names = ['shell', 'grandchild', 'stubborn', 'filter', 'detached', 'short']
  t.teardown(() => pidsIn(dir, names).forEach((pid) => pid > 0 && alive(pid) && process.kill(pid, 'SIGKILL')))
  t.ok(await until(() => existsSync(join(dir, 'all')) && pidsIn(dir, names).every((pid) => pid > 0)), 'all run')
  const [shell, grandchild, stubborn, filter, detached, short] = pidsIn(dir, names) as [number, ...number[]]
  child.kill('SIGKILL')
  await once(child, 'exit')
  for (const [name, pid] of Object.entries({ shell, grandchild, stubborn, filter }))
    t.ok(await until(() => !alive(pid!)), name)
  t.ok(alive(detached!), 'what is meant to outlive it does')
  t.notOk(alive(short!))
})

t.test('kill -9 in the moment after a command has started', async (t) => {
  const dir = t.testdir()
  // The commands themselves kill klab: before it can have written down what it started, as often as not.
  for (let i = 0; i < 5; i++) {
    const file = join(dir, `pid-${i}`)
    const child = spawn(process.execPath, [...process.execArgv, kills, file], { stdio: 'inherit' })
    await once(child, 'exit')
    t.equal(child.signalCode, 'SIGKILL')
    t.ok(await until(() => !alive(pidsIn(dir, [`pid-${i}`])[0] ?? 0)), `command ${i} has ended`)
  }
})
