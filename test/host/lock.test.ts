import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Interrupted, LockedError } from '../../src/errors.js'
import { acquireLock, readHolder } from '../../src/host/lock.js'
import { compile } from '../cache/fixtures/compile.js'
import { exec } from '../cache/fixtures/exec.js'

const me = { verb: 'up', pid: 4711, since: 1_000_000 }

t.test('a second holder is refused and told who has it; release frees and removes the file', async (t) => {
  const path = join(t.testdir(), 'locks', 'a.lock')
  const lock = await acquireLock(exec, path, me)
  t.same(await readHolder(path), me)
  await t.rejects(acquireLock(exec, path, { verb: 'destroy', pid: 1, since: 1_065_000 }), {
    constructor: LockedError,
    message: 'locked by `klab up` (pid 4711, for 65 s)',
    hint: 'wait for it to end, or end it: kill 4711',
    exitCode: 4,
  })
  await lock.release()
  await lock.release()
  t.notOk(existsSync(path), 'no litter')
  await (await acquireLock(exec, path, me)).release()
})

t.test('a lock file with garbage still names another klab', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  const lock = await acquireLock(exec, path, me)
  for (const text of ['', 'null', '{"pid":1', '{"verb":1,"pid":2,"since":3}']) {
    writeFileSync(path, text)
    await t.rejects(acquireLock(exec, path, me), { message: 'locked by another klab' }, text)
  }
  await lock.release()
})

t.test('waiting: gets it when it is freed, gives up when told, stops on abort', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  const first = await acquireLock(exec, path, me)
  const started = performance.now()
  await t.rejects(acquireLock(exec, path, me, { waitMs: 300 }), LockedError)
  t.ok(performance.now() - started >= 290, 'waited')
  const abort = new AbortController()
  const aborted = acquireLock(exec, path, me, { waitMs: Infinity, signal: abort.signal })
  setTimeout(() => abort.abort(), 100)
  await t.rejects(aborted, Interrupted)
  const waiters = [1, 2, 3].map(async (pid) => {
    const lock = await acquireLock(exec, path, { ...me, pid }, { waitMs: Infinity })
    t.equal((await readHolder(path))?.pid, pid, 'alone in the lock')
    await new Promise((r) => setTimeout(r, 50))
    t.equal((await readHolder(path))?.pid, pid, 'still alone')
    await lock.release()
  })
  setTimeout(() => void first.release(), 100)
  await Promise.all(waiters)
})

const lines = (child: ChildProcess): AsyncIterator<string> =>
  createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
const next = async (it: AsyncIterator<string>): Promise<string> => String((await it.next()).value)

t.test('20 processes, one winner', async (t) => {
  const dir = t.testdir()
  const hold = compile(join(dir, 'js'), 'test/cache/fixtures/hold.ts')
  const path = join(dir, 'a.lock')
  const all = Array.from({ length: 20 }, () =>
    spawn(process.execPath, [hold, path], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const said = await Promise.all(all.map((child) => next(lines(child))))
  const winner = all[said.indexOf('locked')]!
  t.equal(said.filter((s) => s === 'locked').length, 1)
  const who = `refused locked by \`klab up\` (pid ${winner.pid},`
  t.equal(said.filter((s) => s.startsWith(who)).length, 19, 'all others say who')
  t.equal((JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid, winner.pid)
  const ended = new Promise((r) => winner.once('exit', r))
  winner.stdin.end()
  await ended
})

t.test('SIGKILL of the holder frees the lock at once, even while a detached child of it lives', async (t) => {
  const dir = t.testdir()
  const hold = compile(join(dir, 'js'), 'test/cache/fixtures/hold.ts')
  const path = join(dir, 'a.lock')
  const holder = spawn(process.execPath, [hold, path, 'child'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const out = lines(holder)
  const child = Number((await next(out)).replace('child ', ''))
  t.teardown(() => process.kill(child, 'SIGKILL'))
  t.equal(await next(out), 'locked')
  await t.rejects(acquireLock(exec, path, me), { message: new RegExp(`pid ${holder.pid}`) })
  const gone = new Promise((r) => holder.once('exit', r))
  holder.kill('SIGKILL')
  await gone
  t.ok(process.kill(child, 0), 'the child lives')
  const lock = await acquireLock(exec, path, me)
  t.equal((await readHolder(path))?.pid, me.pid, 'what the dead one wrote is gone')
  await lock.release()
})
