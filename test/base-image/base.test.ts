import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ensureBaseImage } from '../../src/base-image/base.js'
import { createLayers } from '../../src/cache/layers.js'
import { exec as real } from '../cache/fixtures/exec.js'

function world(t: Test) {
  const dir = t.testdir()
  const argvs: string[][] = []
  const exec = { ...real, run: (argv: readonly string[], o?: object) => (argvs.push([...argv]), real.run(argv, o)) }
  const clock = { now: () => 1_700_000_000_000, monotonic: () => 0, sleep: () => Promise.resolve() }
  const layers = createLayers({ dir: join(dir, 'layers'), exec: real, clock, dirMode: 0o700 })
  const lines: string[] = []
  const context = {
    exec,
    layers,
    clock,
    downloadsDir: join(dir, 'downloads'),
    assets: dir,
    report: (line: string) => void lines.push(line),
  }
  const disk = join(dir, 'cloud.img')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', disk, '8M'])
  execFileSync('qemu-io', ['-c', 'write -P 0x5a 0 512', disk], { stdio: 'ignore' })
  const sha256 = createHash('sha256').update(readFileSync(disk)).digest('hex')
  return { dir, argvs, context, lines, disk, sha256 }
}

t.test('a file: a plain, read-only copy that boots from its own disk', async (t) => {
  const w = world(t)
  const made = await ensureBaseImage({ kind: 'path', path: w.disk }, w.context)
  t.same(made.boot, { kind: 'disk' })
  t.notOk(made.cached)
  t.equal(made.disk, join(made.dir, 'disk.qcow2'))
  t.equal(statSync(made.disk).mode & 0o777, 0o444)
  t.match(execFileSync('qemu-io', ['-r', '-c', 'read -v 0 16', made.disk], { encoding: 'utf8' }), /5a 5a 5a/)

  const before = w.argvs.length
  t.same(
    await ensureBaseImage({ kind: 'path', path: w.disk, sha256: w.sha256.toUpperCase() }, w.context),
    { ...made, cached: true },
    'by content',
  )
  t.equal(w.argvs.length, before, 'nothing was converted again')
})

t.test('with a known sum the file is not even opened; another sum is another image', async (t) => {
  const w = world(t)
  const made = await ensureBaseImage({ kind: 'path', path: w.disk, sha256: w.sha256 }, w.context)
  t.same(await ensureBaseImage({ kind: 'path', path: join(w.dir, 'gone'), sha256: w.sha256 }, w.context), {
    ...made,
    cached: true,
  })
  execFileSync('qemu-io', ['-c', 'write -P 0x11 0 512', w.disk], { stdio: 'ignore' })
  t.not((await ensureBaseImage({ kind: 'path', path: w.disk }, w.context)).key, made.key)
})

t.test('bad files are refused before anything is made of them', async (t) => {
  const w = world(t)
  await t.rejects(ensureBaseImage({ kind: 'path', path: join(w.dir, 'none') }, w.context), {
    code: 'state',
    hint: /image\.path/,
  })
  await t.rejects(ensureBaseImage({ kind: 'path', path: w.dir }, w.context), { code: 'state' }, 'a folder')
  await t.rejects(ensureBaseImage({ kind: 'path', path: w.disk, sha256: 'ab'.repeat(32) }, w.context), {
    code: 'corrupt',
    message: new RegExp(w.sha256),
  })
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', w.disk, join(w.dir, 'overlay')])
  await t.rejects(ensureBaseImage({ kind: 'path', path: join(w.dir, 'overlay') }, w.context), {
    code: 'corrupt',
    message: /backing file/,
  })
  t.notOk(w.argvs.some((a) => a[0] === 'qemu-img'))
})

t.test('a URL: downloaded once, checked, progress said', async (t) => {
  const w = world(t)
  let asked = 0
  const server = createServer((_, res) => (asked++, res.end(readFileSync(w.disk)))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cloud.qcow2`
  const made = await ensureBaseImage({ kind: 'url', url, sha256: w.sha256 }, w.context)
  t.same(await ensureBaseImage({ kind: 'url', url, sha256: w.sha256 }, w.context), { ...made, cached: true })
  t.equal(
    made.key,
    (await ensureBaseImage({ kind: 'path', path: w.disk }, w.context)).key,
    'the same content is the same layer',
  )
  t.equal(asked, 1)
  t.ok(
    w.lines.some((l) => /^\d+ (of \d+ )?MiB$/.test(l)),
    w.lines.join(),
  )
  await t.rejects(ensureBaseImage({ kind: 'url', url, sha256: 'ab'.repeat(32) }, w.context), { code: 'corrupt' })
})

t.test('the built image comes from the cache by its recipe; a changed guest file is another image', async (t) => {
  const w = world(t)
  const files = join(w.dir, 'cloud-init', 'image')
  mkdirSync(join(files, 'rootfs', 'etc'), { recursive: true })
  writeFileSync(join(files, 'packages.txt'), 'init\n')
  writeFileSync(join(files, 'customize.sh'), '')
  writeFileSync(join(files, 'rootfs', 'etc', 'hostname'), 'localhost\n')
  // No Debian mirror: whoever really builds fails here, before anything else.
  const context = { ...w.context, etcApt: join(w.dir, 'no-apt') }
  const keys = new Set<string>()
  const layers = { ...w.context.layers, build: (key: string) => (keys.add(key), Promise.resolve(`/layers/${key}`)) }
  const source = { kind: 'builtin', name: 'debian-12' } as const
  const made = await ensureBaseImage(source, { ...context, layers })
  t.match(made, {
    disk: `/layers/${made.key}/disk.qcow2`,
    boot: {
      kind: 'direct',
      kernel: `/layers/${made.key}/kernel`,
      initrd: `/layers/${made.key}/initrd`,
      cmdline: /^root=LABEL=rootfs rw /,
    },
  })
  for (const [path, text] of [
    ['packages.txt', 'init\nless\n'],
    ['rootfs/etc/hostname', 'x\n'],
    ['rootfs/etc/motd', 'hi\n'],
  ] as const) {
    // prettier-ignore
    writeFileSync(join(files, path), text)
    await ensureBaseImage(source, { ...context, layers })
  }
  t.equal(keys.size, 4)
  await ensureBaseImage(source, { ...context, layers, balancer: true })
  t.equal(keys.size, 5, 'that of a lab with several control planes is another one')

  const { key } = await ensureBaseImage(source, { ...context, layers })
  const own = join(w.dir, 'cloud-init', 'image-debian-13')
  mkdirSync(own)
  const newer = new Set<string>()
  for (const [path, text] of [
    ['packages.txt', 'init\n'],
    ['packages.txt', 'init\nless\n'],
    ['prepare.sh', 'true\n'],
  ] as const) {
    writeFileSync(join(own, path), text)
    newer.add((await ensureBaseImage({ kind: 'builtin', name: 'debian-13' }, { ...context, layers })).key)
  }
  t.equal(newer.size, 3)
  t.notOk(newer.has(key))
  t.equal((await ensureBaseImage(source, { ...context, layers })).key, key, 'debian-12 is not touched by it')
  await t.rejects(ensureBaseImage(source, context), { code: 'host', exitCode: 3 })
  t.notOk(existsSync(join(w.dir, 'work')), 'nothing was begun')
})
