import { existsSync, readFileSync, writeFileSync, chmodSync, openSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CommandError, HostError, Interrupted } from '../../src/errors.js'
import { createExec } from '../../src/host/exec.js'

const host = (env: Record<string, string | undefined> = {}, cwd = '/', limits = {}) =>
  createExec(
    { pid: process.pid, uid: 0, user: 'test', home: '/', cwd, env: { PATH: process.env['PATH'], ...env } },
    limits,
  )
const exec = host()
const sh = (script: string): string[] => ['sh', '-c', script]
const failure = (argv: readonly string[], o = {}, by = exec): Promise<CommandError> =>
  by.run(argv, o).then(
    () => Promise.reject(new Error('did not fail')),
    (e: unknown) => e as CommandError,
  )
const alive = (pid: number): boolean => {
  try {
    // A zombie that nobody waits for still answers to signal 0.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

t.test('output, exit status, duration; both streams apart', async (t) => {
  const out = await exec.run(sh('printf "a\\nb\\n"; echo c >&2'))
  t.match(out, { stdout: 'a\nb\n', stderr: 'c\n', exitCode: 0 })
  t.type(out.durationMs, 'number')
})

t.test('a failure carries argv, status and the tail of stderr, else of stdout', async (t) => {
  const e = await failure(sh('echo out; echo why >&2; exit 7'))
  t.ok(e instanceof CommandError)
  t.match(e.failure, {
    where: 'host',
    argv: ['sh', '-c', /exit 7/],
    exitCode: 7,
    signal: undefined,
    timedOut: false,
    tail: 'why',
  })
  t.equal((await failure(sh('echo only out; exit 1'))).failure.tail, 'only out')
  const long = (await failure(sh('seq 1 100 >&2; exit 1'))).failure.tail.split('\n')
  t.same([long.length, long[0], long.at(-1)], [15, '86', '100'])
  t.match(await failure(sh('kill -9 $$')), {
    failure: { signal: 'SIGKILL', exitCode: undefined },
    message: /ended by SIGKILL/,
  })
})

t.test('allowFailure gives the output back, but never hides a signal or a time-out', async (t) => {
  t.match(await exec.run(sh('echo x; exit 3'), { allowFailure: true }), { stdout: 'x\n', exitCode: 3 })
  await t.rejects(exec.run(sh('kill -9 $$'), { allowFailure: true }), CommandError)
  await t.rejects(exec.run(['sleep', '5'], { allowFailure: true, timeoutMs: 100 }), /timed out/)
})

t.test('a missing tool is the host’s lack, a missing folder is not called a missing tool', async (t) => {
  await t.rejects(exec.run(['klab-no-such-tool']), {
    constructor: HostError,
    message: /klab-no-such-tool: command not found/,
    hint: 'klab doctor',
  })
  await t.rejects(exec.run(['klab-no-such-tool'], { allowFailure: true }), HostError)
  await t.rejects(exec.spawnDetached(['klab-no-such-tool']), HostError)
})

t.test('stdin is closed, or holds the input and is then closed', async (t) => {
  t.equal((await exec.run(['cat'], { timeoutMs: 5000 })).stdout, '')
  t.equal((await exec.run(['cat'], { input: 'größe\n' })).stdout, 'größe\n')
  t.equal((await exec.run(['wc', '-c'], { input: Buffer.alloc(3_000_000) })).stdout.trim(), '3000000')
  t.equal((await exec.run(['true'], { input: 'x'.repeat(1_000_000) })).exitCode, 0, 'one that does not read it')
})

t.test('onLine: endless lines and lines without number are cut, and the output is whole all the same', async (t) => {
  const lines: string[] = []
  const out = await exec.run(sh(`head -c 300000 /dev/zero | tr '\\0' x; yes | head -n 60000`), {
    onLine: (l) => lines.push(l),
  })
  t.equal(out.stdout.length, 300_000 + 120_000)
  t.ok(lines.length <= 50_001 && lines.every((l) => l.length < 9000), String(lines.length))
  t.match(lines.at(-1), /left out/)
})

t.test('onLine: every line of both streams, in order, all before run resolves', async (t) => {
  const lines: string[] = []
  const out = await exec.run(sh('echo 1; sleep 0.05; echo 2 >&2; sleep 0.05; echo 3; seq 4 5000; printf last'), {
    onLine: (l) => lines.push(l),
  })
  t.equal(lines.length, 5001)
  t.same(lines.slice(0, 4), ['1', '2', '3', '4'])
  t.equal(lines.at(-1), 'last')
  t.ok(out.stdout.endsWith('5000\nlast'), 'the output is there as well')
  const failed: string[] = []
  await t.rejects(exec.run(sh('seq 1 2000; exit 1'), { onLine: (l) => failed.push(l) }), CommandError)
  t.equal(failed.length, 2000, 'also when it fails')
})

t.test('lines come while it runs', async (t) => {
  const first = await new Promise<number>((resolve) => {
    const started = performance.now()
    void exec.run(sh('echo now; sleep 1'), { onLine: () => resolve(performance.now() - started) })
  })
  t.ok(first < 900, `${first} ms`)
})

t.test('time limit and abort end the command and what it started, at once', async (t) => {
  const dir = t.testdir()
  // sh waits for a child that holds the output open: what a build tool with its compilers looks like.
  const family = (name: string): string[] => sh(`sleep 10 & echo $! >${join(dir, name)}; wait`)
  const child = (name: string): number => Number(readFileSync(join(dir, name), 'utf8'))
  const started = performance.now()
  t.match(await failure(family('timeout'), { timeoutMs: 300 }), { failure: { timedOut: true }, message: /timed out/ })
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 300)
  await t.rejects(exec.run(family('abort'), { signal: abort.signal }), Interrupted)
  t.ok(performance.now() - started < 4000, `${performance.now() - started} ms`)
  await new Promise((r) => setTimeout(r, 100))
  for (const name of ['timeout', 'abort']) {
    const pid = child(name)
    t.notOk(alive(pid), `${name}: no child is left`)
    if (alive(pid)) process.kill(pid, 'SIGKILL')
  }
})

t.test('time limit and abort end the wait also for what left the group and holds the output open', async (t) => {
  const dir = t.testdir()
  const pids: number[] = []
  t.teardown(() => pids.forEach((pid) => process.kill(pid)))
  const begun = async (name: string): Promise<void> => {
    const path = join(dir, name)
    while (!existsSync(path) || readFileSync(path, 'utf8') === '') await new Promise((r) => setTimeout(r, 20))
    pids.push(Number(readFileSync(path, 'utf8')))
  }
  // Such a child outlives the group. It is not klab's to end, and nothing may wait for it.
  const daemon = (name: string): string[] => sh(`setsid sh -c 'echo $$ >${join(dir, name)}; exec sleep 30' & sleep 30`)
  const aborted = async (name: string, more: object): Promise<number> => {
    const abort = new AbortController()
    const running = exec.run(daemon(name), { signal: abort.signal, ...more })
    await begun(name)
    const started = performance.now()
    abort.abort()
    await t.rejects(running, Interrupted)
    return performance.now() - started
  }
  for (const ms of [await aborted('abort', {}), await aborted('lines', { onLine: () => undefined })])
    t.ok(ms < 10_000, `${ms} ms`)
  const started = performance.now()
  t.match(await failure(daemon('timeout'), { timeoutMs: 1000 }), { failure: { timedOut: true } })
  t.ok(performance.now() - started < 20_000)
  await begun('timeout')
})

t.test('a command that is given no limit has one all the same, and says what it was for', async (t) => {
  const impatient = host({}, '/', { limitMs: 200 })
  t.match(await failure(['sleep', '20'], { what: 'taking a nap' }, impatient), {
    failure: { timedOut: true },
    message: /^host: taking a nap: `sleep 20` timed out after 0 s/,
  })
  t.equal((await impatient.run(['sleep', '0.4'], { timeoutMs: Infinity })).exitCode, 0, 'unless it may take for ever')
})

t.test('aborted before: nothing is started', async (t) => {
  const file = join(t.testdir(), 'ran')
  await t.rejects(exec.run(['touch', file], { signal: AbortSignal.abort() }), Interrupted)
  t.notOk(existsSync(file))
})

t.test('environment: the caller’s own, LC_ALL=C, sbin on PATH, and what the call adds', async (t) => {
  const mine = host({ PATH: '/usr/bin:/bin', MINE: 'yes', LC_ALL: 'de_DE.UTF-8' })
  const env = (await mine.run(['env'], { env: { ADDED: '1' } })).stdout
  for (const line of ['MINE=yes', 'ADDED=1', 'LC_ALL=C']) t.match(env, new RegExp(`^${line}$`, 'm'))
  t.match(env, /^PATH=\/usr\/bin:\/bin:.*\/usr\/sbin/m)
  t.notMatch(env, /^HOME=/m, 'nothing of the process that was not handed in')
})

t.test('working folder: the caller’s, or the call’s', async (t) => {
  const dir = t.testdir({ sub: {} })
  t.equal((await host({}, dir).run(['pwd', '-P'])).stdout.trim(), dir)
  t.equal((await host({}, dir).run(['pwd', '-P'], { cwd: join(dir, 'sub') })).stdout.trim(), join(dir, 'sub'))
})

t.test('which: first on PATH, executables only, absolute paths too', async (t) => {
  const dir = t.testdir({ a: { tool: '' }, b: { tool: '' } })
  chmodSync(join(dir, 'b/tool'), 0o755)
  const mine = host({ PATH: `${dir}/a:${dir}/b` })
  t.equal(await mine.which('tool'), join(dir, 'b/tool'))
  t.equal(await mine.which(join(dir, 'b/tool')), join(dir, 'b/tool'))
  t.equal(await mine.which('klab-no-such-tool'), undefined)
})

t.test('which: an empty entry on PATH is not the working folder', async (t) => {
  const dir = t.testdir()
  writeFileSync(join(dir, 'planted'), '')
  chmodSync(join(dir, 'planted'), 0o755)
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(dir)
  t.equal(await host({ PATH: '' }).which('planted'), undefined)
  t.equal(await host({ PATH: ':/usr/bin' }).which('planted'), undefined)
})

t.test('passFd: the command has it as descriptor 3', async (t) => {
  const file = join(t.testdir({ f: 'through 3' }), 'f')
  const fd = openSync(file, 'r')
  t.teardown(() => closeSync(fd))
  t.equal((await exec.run(sh('cat <&3'), { passFd: fd })).stdout, 'through 3')
})

t.test('an empty argv is a bug, not a command', async (t) => {
  await t.rejects(exec.run([]), TypeError)
})

t.test('spawnDetached: outlives, has its own session, writes to its log', async (t) => {
  const log = join(t.testdir(), 'log')
  const pid = await exec.spawnDetached(sh('echo hello; sleep 30'), { log })
  t.teardown(() => {
    process.kill(-pid, 'SIGKILL')
  })
  t.ok(alive(pid))
  for (let i = 0; i < 100 && !readFileSync(log, 'utf8'); i++) await new Promise((r) => setTimeout(r, 20))
  t.equal(readFileSync(log, 'utf8'), 'hello\n')
  const [, , , , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  t.equal(Number(session), pid)
})

t.test('commands are in a process group of their own: Ctrl-C on the terminal is klab’s to hand on', async (t) => {
  const out = await exec.run(sh('ps -o pgid= -p $$ | tr -d " "; echo $$'))
  const [group, pid] = out.stdout.trim().split('\n')
  t.equal(group, pid)
})
