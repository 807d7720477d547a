import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createLayers } from '../../src/cache/layers.js'
import { compile } from './fixtures/compile.js'
import { exec } from './fixtures/exec.js'

const key = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const visible = (dir: string): string[] => readdirSync(dir).filter((n) => n !== '.locks')

function make(t: Test) {
  const dir = join(t.testdir(), 'layers')
  const clock = {
    time: 1_700_000_000_000,
    now: () => clock.time,
    monotonic: () => 0,
    sleep: () => Promise.reject(new Error('not here')),
  }
  return { dir, clock, layers: createLayers({ dir, exec, clock, dirMode: 0o711 }) }
}

t.test('QEMU’s own user may pass, whatever the umask', async (t) => {
  const { dir, layers } = make(t)
  const before = process.umask(0o077)
  await layers.build(key, () => Promise.resolve()).finally(() => process.umask(before))
  for (const path of [dir, join(dir, key)]) t.equal(statSync(path).mode & 0o777, 0o711, path)
})

t.test('another user’s layer is not used', { skip: process.getuid?.() !== 0 && 'needs root' }, async (t) => {
  const { dir, layers } = make(t)
  mkdirSync(join(dir, key), { recursive: true })
  chownSync(join(dir, key), 12345, 12345)
  await t.rejects(layers.get(key), { name: 'HostError', message: /another user \(12345\)/, hint: /KLAB_CACHE_DIR/ })
  await t.rejects(
    layers.build(key, () => Promise.resolve()),
    { name: 'HostError' },
  )
})

t.test('built once, then found; usedAt is touched; sizes on disk', async (t) => {
  const { dir, clock, layers } = make(t)
  t.equal(await layers.get(key), undefined)
  t.same(await layers.list(), [])
  await layers.remove(key)
  let times = 0
  const fill = async (temp: string): Promise<void> => {
    times++
    t.equal(join(temp, '..'), dir, 'a sibling')
    writeFileSync(join(temp, 'disk'), 'x'.repeat(100_000))
    await Promise.resolve()
  }
  t.equal(await layers.build(key, fill), join(dir, key))
  t.equal(statSync(join(dir, key)).mode & 0o777, 0o711)
  t.equal((await layers.list())[0]!.usedAt, 1_700_000_000_000)
  clock.time += 5000
  t.equal(await layers.build(key, fill), join(dir, key))
  t.equal(times, 1)
  clock.time += 5000
  t.equal(await layers.get(key), join(dir, key))
  const [layer, ...rest] = await layers.list()
  t.match(layer, { key, dir: join(dir, key), usedAt: 1_700_000_010_000 })
  t.ok(layer!.bytes >= 100_000 && layer!.bytes < 200_000, `${layer!.bytes} bytes`)
  t.same(rest, [])
  await layers.remove(key)
  t.same(visible(dir), [])
  t.same(readdirSync(join(dir, '.locks')), [], 'no lock files stay')
})

t.test('a failed build leaves nothing and its error passes through', async (t) => {
  const { dir, layers } = make(t)
  const boom = (temp: string): Promise<void> => {
    writeFileSync(join(temp, 'disk'), 'half')
    return Promise.reject(new Error('boom'))
  }
  await t.rejects(layers.build(key, boom), { message: 'boom' })
  t.same(visible(dir), [])
  t.equal(await layers.get(key), undefined)
  await layers.build(key, () => Promise.resolve())
  t.same(visible(dir), [key], 'and the lock was freed')
})

t.test('a second caller waits, is told for whom, and gets the same; another key does not wait', async (t) => {
  const { layers } = make(t)
  let finish = (): void => undefined
  let begun = (): void => undefined
  const started = new Promise<void>((r) => (begun = r))
  const first = layers.build(key, () => {
    begun()
    return new Promise<void>((r) => (finish = r))
  })
  await started
  const waits: string[] = []
  const second = layers.build(key, () => Promise.reject(new Error('must not run')), { onWait: (m) => waits.push(m) })
  await layers.build(other, () => Promise.resolve())
  while (waits.length === 0) await new Promise((r) => setTimeout(r, 10))
  t.match(waits, ['locked by `klab layer`'])
  finish()
  t.equal(await first, await second)
})

t.test('half a layer cannot exist: SIGKILL while filling, then another builds it anew', async (t) => {
  const { dir, layers } = make(t)
  const child = spawn(process.execPath, [compile(join(t.testdirName, 'js'), 'test/cache/fixtures/fill.ts'), dir, key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  t.equal(await layers.get(key), undefined, 'not there while it is filled')
  t.same(await layers.list(), [])
  const left = visible(dir)
  t.equal(left.length, 1, 'only the temporary sibling')
  mkdirSync(join(dir, `.${other}.0123456789ab.tmp`))
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await layers.get(key), undefined)
  await layers.build(key, (temp) => {
    t.notOk(existsSync(join(dir, left[0]!)), 'the leftover was removed before filling began')
    writeFileSync(join(temp, 'disk'), 'whole')
    return Promise.resolve()
  })
  t.equal(readFileSync(join(dir, key, 'disk'), 'utf8'), 'whole')
  t.same(
    visible(dir).sort(),
    [`.${other}.0123456789ab.tmp`, key],
    'temporary folders of other keys are not ours to judge',
  )
})

t.test('a key cannot leave the folder', async (t) => {
  const { layers } = make(t)
  for (const bad of ['..', '../x', 'a/b', '', '.x']) await t.rejects(layers.get(bad), TypeError, bad)
})
