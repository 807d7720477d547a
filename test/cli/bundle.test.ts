import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { listBundleFiles, writeBundleManifest } from '../../src/bundle/manifest.js'
import { courseServers, type CourseServers } from '../bundle/fixtures/course.js'
import { trap } from '../bundle/fixtures/programs.js'
import { makeKlab } from './klab.js'

t.setTimeout(300_000)
let servers: CourseServers
t.before(async () => void (servers = await courseServers(t, t.testdir())))

const labfile = (bundle: unknown): string =>
  stringify({ name: 'course', kubernetes: { version: '1.17.5', cni: 'none', bundle } })
const from = (source: 'upstream' | 'aliyun'): string => labfile({ source, mirrors: servers.mirrors(source) })

t.test('build, list, verify, export, import: upstream', async (t) => {
  const k = makeKlab(t, from('upstream'))
  const built = await k.run('bundle', 'build', '--json')
  t.equal(built.code, 0, built.stderr)
  const { key, dir, cached } = JSON.parse(built.stdout) as { key: string; dir: string; cached: boolean }
  t.equal(cached, false)
  t.equal(dir, join(k.dir, 'cache/layers', key))
  t.match(built.stderr, /image 3 of 12: .*\/k8s\/kube-scheduler:v1\.17\.5…/)
  t.match((await k.run('bundle', 'list')).stdout, new RegExp(`${key.slice(0, 12)} +upstream +1\\.17\\.5 `))
  t.match(await k.run('bundle', 'verify'), { code: 0, stdout: `${dir}: ok\n` })
  writeFileSync(k.record({}, [1, 1, 1, 1]).kubeconfig, '')
  t.match(await k.run('kubectl', 'version'), { code: 0, stdout: 'kubectl\n' }, 'the bundle’s, not the one on PATH')

  const out = join(k.dir, 'work/course.tar')
  const exported = await k.run('bundle', 'export', 'course.tar', '--json')
  t.equal(exported.code, 0, exported.stderr)
  const { sha256 } = JSON.parse(exported.stdout) as { sha256: string }
  t.match(await k.run('bundle', 'verify', 'course.tar'), { code: 0, stdout: `${out}: ok\n` })
  t.match(await k.run('bundle', 'export', 'course.tar'), { code: 1, stderr: /already exists/ })

  await t.test('a trainee’s machine: the same Labfile without the mirrors, and nothing but the file', async (t) => {
    const trainee = makeKlab(t, labfile('upstream'))
    t.match(await trainee.run('bundle', 'import', out, '--sha256', '0'.repeat(64)), {
      code: 1,
      stderr: /its sha256 is /,
    })
    const imported = await trainee.run('bundle', 'import', out, '--sha256', sha256)
    t.match(imported, { code: 0, stdout: /^Kubernetes 1\.17\.5 from upstream: imported\n/ })
    t.match(
      JSON.parse((await trainee.run('bundle', 'build', '--json')).stdout),
      { key, cached: true },
      'up finds it without any network',
    )
  })
  const damaged = readFileSync(out)
  damaged[damaged.length - 20_000]! ^= 1
  writeFileSync(out, damaged)
  t.match(await k.run('bundle', 'verify', out), { code: 1, stderr: /in it is damaged/ })
})

t.test('build: aliyun', async (t) => {
  const k = makeKlab(t, from('aliyun'))
  const built = await k.run('bundle', 'build')
  t.equal(built.code, 0, built.stderr)
  t.same(readdirSync(join(built.stdout.trim(), 'images')).sort(), [
    'cni.calico.tar',
    'cni.flannel.tar',
    'k8s.1.17.5.node.tar',
    'k8s.1.17.5.tar',
    'probe.tar',
  ])
})

t.test('a folder that lacks an image: named, exit status 1, nothing made', async (t) => {
  const k = makeKlab(t, labfile({ dir: 'handed' }))
  mkdirSync(join(k.dir, 'work/handed'))
  const result = await k.run('bundle', 'build')
  t.equal(result.code, 1)
  t.match(result.stderr, /lacks what Kubernetes 1\.17\.5 needs:\n(.*\n)*.*image k8s\.gcr\.io\/etcd:3\.4\.3-0\n/)
  t.notOk(existsSync(join(k.dir, 'cache/work/bundle')))
})

t.test('verify runs nothing of a folder that says it is a bundle', async (t) => {
  const k = makeKlab(t)
  const [dir, mark] = [join(k.dir, 'work/theirs'), join(k.dir, 'ran')]
  mkdirSync(join(dir, 'bin'), { recursive: true })
  trap(join(dir, 'bin/kubeadm'), mark)
  await writeBundleManifest(dir, {
    format: 1,
    source: 'dir',
    kubernetes: '1.17.5',
    images: [],
    nodeImages: [],
    provenance: {},
    files: await listBundleFiles(dir),
  })
  t.match(await k.run('bundle', 'verify', 'theirs'), { code: 1, stdout: /lacks image k8s\.gcr\.io\/etcd:3\.4\.3-0/ })
  t.notOk(existsSync(mark))
})

t.test('what goes where', async (t) => {
  const k = makeKlab(t, labfile('upstream'))
  t.match(await k.run('bundle', 'export'), { code: 2, stderr: /needs <path>, the file to write/ })
  t.match(await k.run('bundle', 'build', 'x'), { code: 2, stderr: /takes no arguments, found x/ })
  t.match(await k.run('bundle', 'import', 'nowhere.tar'), { code: 2, stderr: /nowhere\.tar: no such file/ })
  t.match(await k.run('bundle', 'import', 'Labfile', '--sha256', 'abc'), { code: 2, stderr: /64 hex digits/ })
  t.match(await k.run('bundle', 'import', 'Labfile'), { code: 1, stderr: /Labfile: is (?:not a tar file|cut short)/ })
  t.match(await k.run('bundle', 'verify', 'nowhere'), { code: 2, stderr: /no such file or folder/ })
})
