import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Interrupted } from '../../src/errors.js'
import { pullImage, skopeoPull } from '../../src/bundle/online/skopeo.js'
import { createExec } from '../../src/host/exec.js'
import { push, registry } from './fixtures/servers.js'
import { makeContext } from './fixtures/world.js'

t.setTimeout(120_000)
const amd64 = process.arch === 'x64' ? 'amd64' : 'arm64'

t.test('a registry that falls silent is left and asked again; Ctrl-C ends a pull at once', async (t) => {
  const c = makeContext(t)
  const hub = await registry(t, join(c.dir, 'registry'))
  await push(c.dir, hub.direct, 'k8s/etcd:1', { arch: amd64, bytes: 500_000 })
  let n = 0
  hub.faults = (path) => (path.includes('/blobs/') && ++n === 1 ? 'stall' : undefined)
  const o = { from: `${hub.at}/k8s/etcd:1`, arch: amd64, dir: join(c.downloadsDir, 'images') }
  const folder = await pullImage(c, { ...o, idleMs: 1500 })
  t.ok(existsSync(join(folder, 'manifest.json')))
  t.ok(n > 1)
  t.same(readdirSync(o.dir).length, 1, 'no settings, no partial folder, no lock file')

  hub.faults = (path) => (path.includes('/blobs/') ? 'stall' : undefined)
  const never = { ...o, dir: join(c.dir, 'never') }
  await t.rejects(pullImage(c, { ...never, idleMs: 600 }), {
    code: 'state',
    message: /etcd:1: no data for 0\.6 s \(tried 5 times\)/,
  })
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 500)
  await t.rejects(pullImage({ ...c, signal: abort.signal }, never), Interrupted)
})

t.test('settings of the machine do not matter', async (t) => {
  const c = makeContext(t)
  const hub = await registry(t, join(c.dir, 'registry'))
  await push(c.dir, hub.direct, 'k8s/pause:1', { arch: amd64 })
  // A user's own settings that block the registry and forbid every image.
  const home = join(c.dir, 'home/.config/containers')
  mkdirSync(join(home, 'registries.conf.d'), { recursive: true })
  writeFileSync(join(home, 'policy.json'), '{"default":[{"type":"reject"}]}')
  for (const file of ['registries.conf', 'registries.conf.d/block.conf'])
    writeFileSync(join(home, file), `[[registry]]\nprefix = "${hub.at}"\nlocation = "127.0.0.1:1"\nblocked = true\n`)
  const env = { ...process.env, HOME: join(c.dir, 'home'), XDG_CONFIG_HOME: join(c.dir, 'home/.config') }
  const exec = createExec({ pid: 1, uid: 0, user: 't', home: env.HOME, cwd: '/', env })
  const folder = await pullImage(
    { ...c, exec },
    { from: `${hub.at}/k8s/pause:1`, arch: amd64, dir: join(c.dir, 'images') },
  )
  t.ok(existsSync(join(folder, 'manifest.json')))
})

t.test('plain http is for loopback only, and a bad name is no command', (t) => {
  const conf = (from: string): string => skopeoPull(from, 'amd64', '/s', '/to').files.get('registries.conf') ?? ''
  t.match(conf('127.0.0.1:5000/a/b:1'), 'insecure = true')
  t.match(conf('localhost:5000/a/b:1'), 'insecure = true')
  for (const from of [
    'registry.example/a:1',
    '127.0.0.1.example/a:1',
    '192.0.2.1:5000/a:1',
    'localhost.example:80/a:1',
  ])
    t.match(conf(from), 'insecure = false', from)
  t.match(skopeoPull('calico/node:v3', 'amd64', '/s', '/to').argv.slice(-2), [
    'docker://docker.io/calico/node:v3',
    'dir:/to',
  ])
  for (const from of ['--help', 'a b', 'user:secret@registry.example/a:1', 'registry.example/a:1\n[x]', '"'])
    t.throws(() => skopeoPull(from, 'amd64', '/s', '/to'), { code: 'state' }, from)
  t.end()
})
