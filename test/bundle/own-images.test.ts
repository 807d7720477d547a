import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readDockerArchive } from '../../src/bundle/archive/docker-archive-read.js'
import { imageContents } from '../../src/bundle/source/pack.js'
import { ownImages } from '../../src/bundle/source/own-images.js'
import { fakeDebian } from './fixtures/debian.js'
import { makeContext, root } from './fixtures/world.js'

function debian(t: Test) {
  const dir = t.testdir({ etc: { 'sources.list': 'deb http://mirror.example/debian bookworm main\n' } })
  const asked: string[] = []
  return { c: { ...makeContext(t, dir), exec: fakeDebian(asked), etcApt: join(dir, 'etc') }, asked }
}

/** The files of an image's only layer. */
function filesOf(dir: string, archive: string): readonly string[] {
  mkdirSync(dir)
  execFileSync('tar', ['-xf', archive, '-C', dir])
  const [{ Layers }] = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as [{ Layers: [string] }]
  return execFileSync('tar', ['-tf', join(dir, Layers[0])], { encoding: 'utf8' }).split('\n')
}

t.test('each image is made of its packages and files, once, with one look at the package lists', async (t) => {
  const { c, asked } = debian(t)
  const made = await ownImages(c, 'amd64')
  const refs = made.flatMap((m) => m.refs)
  t.same(refs, ['klab.local/busybox:1', 'klab.local/nginx:1', 'klab.local/echo:1'])
  t.equal(asked.filter((a) => a.includes('update')).length, 1)
  const configs: unknown[] = []
  for (const m of made) {
    const [image] = await readDockerArchive(m.file)
    configs.push((JSON.parse(image?.config ?? '') as { config: object }).config)
  }
  t.match(configs, [{ Cmd: ['sh'], Entrypoint: [] }, { Cmd: ['nginx'] }, { Cmd: ['serve'] }])
  const nginx = filesOf(join(c.dir, 'x'), made[1]!.file)
  for (const file of ['etc/nginx/nginx.conf', 'var/log/nginx/', 'usr/share/nginx', 'bin/sh', 'etc/passwd'])
    t.ok(nginx.includes(file), file)
  const echo = filesOf(join(c.dir, 'y'), made[2]!.file)
  t.ok(['bin/serve', 'bin/answer'].every((f) => echo.includes(f)))
  const before = asked.length
  t.same(await ownImages(c, 'amd64'), made)
  t.equal(asked.length, before, 'all from the cache')
})

t.test('no Debian: said before anything is made', async (t) => {
  const { c } = debian(t)
  const bare = { ...c, exec: { ...c.exec, which: () => Promise.resolve(undefined) } }
  await t.rejects(ownImages(bare, 'amd64'), { code: 'host', message: /apt-get is not installed/, hint: /docker save/ })
})

t.test('no bundle has them: the list of what bundles are made of does not name them', async (t) => {
  t.notOk(Object.keys(await imageContents(root)).some((name) => ['busybox', 'nginx', 'echo'].includes(name)))
})

t.test('echo answers a request with what it was', (t) => {
  const dir = t.testdir()
  const answer = (request: string, env = {}): string =>
    execFileSync('sh', [join(root, 'cloud-init/lesson-images/answer.sh')], {
      input: request,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env },
      cwd: dir,
    })
  const text = answer('GET /x?y HTTP/1.1\r\nHost: web\r\nX-A: b\r\n\r\n', { TEXT: 'from a' })
  const [head = '', body = ''] = text.split('\r\n\r\n')
  t.match(head, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: (\d+)/)
  t.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), Buffer.byteLength(body))
  t.match(body, /^from a\nhost: .+\nrequest: GET \/x\?y HTTP\/1\.1\nHost: web\nX-A: b\n$/)
  t.match(answer('GET / HTTP/1.0\r\n\r\n'), /^[^]*\r\n\r\nklab\nhost: /)
  t.equal(answer(''), '')
  t.end()
})
