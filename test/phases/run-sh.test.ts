/**
 * cloud-init/phases/run.sh for real: the script as it is, but for its four absolute folders, which are moved under the
 * test's own. klab's going on after a kill rests on it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../fakes/world.js'

// Most of their time they wait.
t.jobs = 4

const FOLDERS = /\/(var\/lib|var\/log|usr\/lib|etc)\/klab\b/g

function stage(t: Test, scripts: Record<string, string>) {
  const dir = t.testdir()
  for (const d of ['var/lib', 'var/log', 'usr/lib/klab', 'etc/klab']) mkdirSync(join(dir, d), { recursive: true })
  const moved = readFileSync(`${root}/cloud-init/phases/run.sh`, 'utf8').replace(FOLDERS, `${dir}/$1/klab`)
  const at = (path: string): string => join(dir, path)
  writeFileSync(at('run.sh'), moved)
  writeFileSync(at('etc/klab/env'), `KLAB_NODE='it'\\''s me'\nT='${dir}'\n`)
  for (const [name, text] of Object.entries(scripts)) writeFileSync(at(`usr/lib/klab/${name}.sh`), text)
  const mark = (phase: string): string | undefined =>
    existsSync(at(`var/lib/klab/done/${phase}`))
      ? readFileSync(at(`var/lib/klab/done/${phase}`), 'utf8').trim()
      : undefined
  const start = (phase: string, digest: string): ChildProcess => {
    const child = spawn('bash', [at('run.sh'), phase, digest], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    t.teardown(() => child.kill('SIGKILL'))
    return child
  }
  /** Runs to the end: what it printed, its exit status. */
  const run = async (phase: string, digest: string) => end(start(phase, digest))
  const ran = (): number => (existsSync(at('ran')) ? readFileSync(at('ran'), 'utf8').trim().split('\n').length : 0)
  return { at, mark, start, run, ran }
}

async function end(child: ChildProcess) {
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { text, code, signal }
}

/** Looks every 20 ms, for 10 s. */
async function eventually(what: () => boolean): Promise<boolean> {
  for (let i = 0; i < 500; i++) {
    if (what()) return true
    await new Promise((r) => setTimeout(r, 20))
  }
  return false
}

/** Works until the test lets it go on; says so in `ran`. */
const GATED =
  'echo started; echo x >>"$T/ran"; until [ -e "$T/go" ]; do sleep 0.05; echo working; done; echo finished\n'

t.test('the script has no other absolute folder of klab’s, so nothing here touches the host', (t) => {
  const text = readFileSync(`${root}/cloud-init/phases/run.sh`, 'utf8')
  t.ok([...text.matchAll(FOLDERS)].length >= 5)
  t.notMatch(
    text
      .replace(FOLDERS, 'moved')
      .split('\n')
      .filter((l) => !l.startsWith('#'))
      .join('\n'),
    /(?<!moved)\/(var|usr|etc|run|tmp)\//,
  )
  t.end()
})

t.test('success: output shown whole, settings there, mark written', async (t) => {
  const s = stage(t, { good: 'echo "node: $KLAB_NODE"; seq 1 3000; echo to stderr >&2; printenv KLAB_NODE\n' })
  const { text, code } = await s.run('good', 'd1')
  t.equal(code, 0)
  const lines = text.trimEnd().split('\n')
  t.equal(lines[0], "node: it's me")
  t.equal(lines.length, 3003)
  t.same(lines.slice(-3), ['3000', 'to stderr', "it's me"], 'also what came last')
  t.equal(s.mark('good'), 'd1')
})

t.test('failure: exit status passed on, last words shown, no mark; strict mode is on', async (t) => {
  const s = stage(t, {
    bad: 'echo before; echo why >&2; exit 7\n',
    unset: 'echo "$NOT_SET"; echo after\n',
    pipe: 'false | true; echo after\n',
    killed: 'kill -9 $$\n',
  })
  t.match(await s.run('bad', 'd1'), { code: 7, text: 'before\nwhy\n' })
  t.match(await s.run('unset', 'd1'), { code: /[^0]/, text: /NOT_SET: unbound/ })
  t.notMatch((await s.run('pipe', 'd1')).text, /after/)
  t.equal((await s.run('killed', 'd1')).code, 137)
  t.not((await s.run('missing', 'd1')).code, 0)
  for (const phase of ['bad', 'unset', 'pipe', 'killed', 'missing']) t.equal(s.mark(phase), undefined, phase)
})

t.test('again: already done; another digest runs it again, and a failure then takes the old mark away', async (t) => {
  const s = stage(t, { phase: 'echo x >>"$T/ran"; echo "run $(wc -l <"$T/ran")"; [ ! -e "$T/break" ]\n' })
  await s.run('phase', 'd1')
  t.match(await s.run('phase', 'd1'), { code: 0, text: 'phase: already done\n' })
  t.equal(s.ran(), 1)
  t.match(await s.run('phase', 'd2'), { code: 0, text: 'run 2\n' }, 'only what is new is shown')
  t.equal(s.mark('phase'), 'd2')
  writeFileSync(s.at('break'), '')
  t.match(await s.run('phase', 'd3'), { code: 1 })
  t.equal(s.mark('phase'), undefined)
  t.match(readFileSync(s.at('var/log/klab/phase.log'), 'utf8'), /run 1\nrun 2\nrun 3\n/, 'the log keeps all runs')
})

t.test('a second call waits for the running one, and does not do it again', async (t) => {
  const s = stage(t, { phase: GATED })
  const first = end(s.start('phase', 'd1'))
  t.ok(await eventually(() => s.ran() === 1))
  const second = end(s.start('phase', 'd1'))
  const early = await Promise.race([second.then(() => 'ended'), new Promise((r) => setTimeout(r, 400, 'waits'))])
  t.equal(early, 'waits')
  writeFileSync(s.at('go'), '')
  t.match(await first, { code: 0, text: /finished\n$/ })
  t.match(await second, { code: 0, text: 'phase: already done\n' })
  t.equal(s.ran(), 1)
})

const ends: Record<string, (child: ChildProcess) => unknown> = {
  'SIGKILL of run.sh': (child: ChildProcess) => child.kill('SIGKILL'),
  'SIGKILL of its whole process group (tail too)': (child: ChildProcess) => process.kill(-child.pid!, 'SIGKILL'),
  'SIGHUP of the group, as when a terminal goes': (child: ChildProcess) => process.kill(-child.pid!, 'SIGHUP'),
  'the reader goes away, as when SSH dies': (child: ChildProcess) => {
    child.stdout!.destroy()
    child.stderr!.destroy()
  },
}
for (const [how, kill] of Object.entries(ends)) {
  t.test(`${how}: the phase goes on, the next call waits for it and finds the mark`, async (t) => {
    const s = stage(t, { phase: GATED })
    const child = s.start('phase', 'd1')
    t.ok(await eventually(() => s.ran() === 1))
    kill(child)
    await new Promise((r) => setTimeout(r, 300))
    t.equal(s.mark('phase'), undefined)
    const next = end(s.start('phase', 'd1'))
    const early = await Promise.race([next.then(() => 'ended'), new Promise((r) => setTimeout(r, 400, 'waits'))])
    t.equal(early, 'waits', 'the lock outlives who took it')
    writeFileSync(s.at('go'), '')
    t.match(await next, { code: 0, text: 'phase: already done\n' })
    t.equal(s.mark('phase'), 'd1')
    t.equal(s.ran(), 1)
  })
}

t.test('a phase that fails after its caller died leaves no mark, and the next call does it again', async (t) => {
  const s = stage(t, { phase: `${GATED}[ "$(wc -l <"$T/ran")" -gt 1 ]\n` })
  const child = s.start('phase', 'd1')
  t.ok(await eventually(() => s.ran() === 1))
  child.kill('SIGKILL')
  const next = end(s.start('phase', 'd1'))
  writeFileSync(s.at('go'), '')
  t.match(await next, { code: 0, text: /started/ })
  t.equal(s.ran(), 2)
  t.equal(s.mark('phase'), 'd1')
})

t.test('an empty mark, as a power cut may leave, does not count', async (t) => {
  const s = stage(t, { phase: 'echo x >>"$T/ran"\n' })
  await s.run('phase', 'd1')
  writeFileSync(s.at('var/lib/klab/done/phase'), '')
  await s.run('phase', 'd1')
  t.equal(s.ran(), 2)
})
