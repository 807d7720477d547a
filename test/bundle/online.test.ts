import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readDockerArchive } from '../../src/bundle/archive/docker-archive-read.js'
import { makeBundle, type BundleFor } from '../../src/bundle/ensure.js'
import { bundleGaps } from '../../src/bundle/completeness.js'
import { verifyBundle } from '../../src/bundle/manifest.js'
import { amd64, courseServers, without, type CourseServers } from './fixtures/course.js'
import { CORE, FLANNEL, networkNamed, PLUGINS } from './fixtures/programs.js'
import { exec, makeContext } from './fixtures/world.js'

// The machine may be busy with other tests.
t.setTimeout(300_000)
let servers: CourseServers
t.before(async () => void (servers = await courseServers(t, t.testdir())))

type Source = 'upstream' | 'aliyun'
const spec = (source: Source, cni: string, own: object = {}): BundleFor => ({
  version: '1.17.5',
  cni: networkNamed(cni),
  bundle: { source, mirrors: { ...servers.mirrors(source), ...own } },
})

function fresh(t: Test) {
  servers.files.reset()
  servers.hub.reset()
  return makeContext(t)
}

/** Names in the archives of a bundle. */
async function names(bundle: string): Promise<Record<string, string[]>> {
  const archives = readdirSync(join(bundle, 'images')).sort()
  return Object.fromEntries(
    await Promise.all(
      archives.map(
        async (a) => [a, (await readDockerArchive(join(bundle, 'images', a))).flatMap((i) => i.refs)] as const,
      ),
    ),
  )
}

t.test('upstream: binaries with their sums, images from the registry, in the layout of every bundle', async (t) => {
  const c = fresh(t)
  const bundle = await makeBundle(spec('upstream', 'none'), c)
  t.match(bundle, {
    cached: false,
    manifest: { source: 'upstream', kubernetes: '1.17.5', images: CORE, nodeImages: [CORE[3], CORE[4]] },
  })
  t.same(await names(bundle.dir), {
    'cni.calico.tar': ['calico/cni:v3.14.2', 'calico/node:v3.14.2', 'docker.io/calico/kube-controllers:v3.14.2'],
    'cni.flannel.tar': [FLANNEL],
    'k8s.1.17.5.node.tar': [CORE[3], CORE[4]],
    'k8s.1.17.5.tar': CORE,
    'probe.tar': ['klab.local/probe:1'],
  })
  t.same(readdirSync(join(bundle.dir, 'bin')).sort(), ['crictl', 'kubeadm', 'kubectl', 'kubelet'])
  t.same(readdirSync(join(bundle.dir, 'cni')).sort(), PLUGINS.toSorted(), 'without the licence')
  t.same(readdirSync(join(bundle.dir, 'manifests')).sort(), ['calico.yaml', 'flannel.yaml'])
  const flannel = readFileSync(join(bundle.dir, 'manifests/flannel.yaml'), 'utf8')
  t.match(flannel, `image: '${FLANNEL}'`)
  t.match(flannel, '@POD_CIDR@', 'filled in when it is applied, as with every bundle')
  t.same((await verifyBundle(bundle.dir)).problems, [])
  t.same(await bundleGaps(bundle.dir, bundle.manifest, ['calico', 'flannel'], c), [])
  t.match(bundle.manifest.provenance['kubelet'], /\/kubelet sha512:[0-9a-f]{128}$/)
  t.equal(bundle.manifest.provenance['k8s.gcr.io/pause:3.1'], `${servers.hub.at}/k8s/pause:3.1`)
  const [image] = (await readDockerArchive(join(bundle.dir, 'images/k8s.1.17.5.tar'))).filter(
    (i) => i.refs[0] === 'k8s.gcr.io/pause:3.1',
  )
  t.equal(
    (JSON.parse(image!.config) as { architecture: string }).architecture,
    amd64,
    'of the list, the image for the nodes',
  )
  t.ok(
    c.lines.some((l) => /^image \d+ of 12: .*kube-proxy:v1\.17\.5: \d+ s$/.test(l)),
    c.lines.join('\n'),
  )
  t.equal(existsSync(join(c.workDir, 'bundle-x')), false)
  t.same(readdirSync(c.workDir), [], 'nothing temporary stays')

  const asked = [servers.files.seen.length, servers.hub.seen.length]
  t.equal((await makeBundle(spec('upstream', 'none'), c)).cached, true)
  t.equal(
    (await makeBundle(spec('upstream', 'none', { release: undefined, registries: {} }), c)).cached,
    true,
    'whoever has no mirrors finds the same bundle',
  )
  t.same([servers.files.seen.length, servers.hub.seen.length], asked, 'nothing was asked for')
  // Another pod network is another bundle, and what was pulled is not pulled again.
  t.equal((await makeBundle(spec('upstream', 'flannel'), c)).cached, false)
  t.equal(servers.hub.seen.length, asked[1])
})

t.test('what docker and kubeadm would see is what the registry has', async (t) => {
  const c = fresh(t)
  const bundle = await makeBundle(spec('upstream', 'flannel'), c)
  // skopeo reads the archive as `docker load` does; an image's id is the digest of its configuration.
  const archive = `docker-archive:${join(bundle.dir, 'images/k8s.1.17.5.tar')}`
  for (const ref of ['k8s.gcr.io/etcd:3.4.3-0', 'k8s.gcr.io/kube-proxy:v1.17.5']) {
    const ours = JSON.parse((await exec.run(['skopeo', 'inspect', '--raw', `${archive}:${ref}`])).stdout) as {
      config: { digest: string }
    }
    const theirs = JSON.parse(
      (
        await exec.run([
          'skopeo',
          'inspect',
          '--raw',
          '--tls-verify=false',
          `docker://${servers.hub.direct}/k8s/${without(ref)}`,
        ])
      ).stdout,
    ) as typeof ours
    t.equal(ours.config.digest, theirs.config.digest, ref)
  }
})

t.test('aliyun: packages and flat names from the mirror, named as kubeadm expects them (2.7.2)', async (t) => {
  const c = fresh(t)
  const bundle = await makeBundle(spec('aliyun', 'calico'), c)
  t.match(bundle.manifest, { source: 'aliyun', images: CORE })
  t.same((await names(bundle.dir))['k8s.1.17.5.node.tar'], ['k8s.gcr.io/kube-proxy:v1.17.5', 'k8s.gcr.io/pause:3.1'])
  t.same(readdirSync(join(bundle.dir, 'bin')).sort(), ['crictl', 'kubeadm', 'kubectl', 'kubelet'])
  t.same(readdirSync(join(bundle.dir, 'cni')).sort(), PLUGINS.toSorted(), 'of 0.8.7: 1.2.0 has no flannel plugin')
  t.match(bundle.manifest.provenance['cri-tools'], '1.13.0-01')
  t.equal(bundle.manifest.provenance['k8s.gcr.io/etcd:3.4.3-0'], `${servers.hub.at}/google_containers/etcd:3.4.3-0`)
  t.notOk(servers.hub.seen.some((p) => p.includes('/k8s/')))
  t.same((await verifyBundle(bundle.dir)).problems, [])
})

t.test('faults of the file server', async (t) => {
  const kubelet = `/release/v1.17.5/bin/linux/${amd64}/kubelet`
  await t.test('cut and busy: taken up again in the middle', async (t) => {
    const c = fresh(t)
    servers.files.faults = (path, times) =>
      path === kubelet && times === 0 ? 'cut' : path.endsWith('kubectl') && times === 0 ? 503 : undefined
    await makeBundle(spec('upstream', 'flannel'), c)
    t.ok(
      servers.files.seen.some((p) => new RegExp(`^${kubelet} bytes=[1-9]\\d*-$`).test(p)),
      servers.files.seen.join('\n'),
    )
  })
  await t.test('slow is waited for', async (t) => {
    const c = fresh(t)
    servers.files.faults = (path) => (path === kubelet ? 'slow' : undefined)
    t.equal((await makeBundle(spec('upstream', 'flannel'), c)).cached, false)
  })
  await t.test('a wrong sum names the file, and nothing of it stays', async (t) => {
    const c = fresh(t)
    const file = join(servers.root, `${kubelet}.sha512`)
    const good = readFileSync(file)
    writeFileSync(file, 'f'.repeat(128))
    t.teardown(() => writeFileSync(file, good))
    await t.rejects(makeBundle(spec('upstream', 'flannel'), c), {
      code: 'corrupt',
      message: new RegExp(`${kubelet}: sha512 is .* but f{128} was expected`),
    })
    t.notOk(readdirSync(c.downloadsDir).some((n) => n.startsWith('ffff')))
    t.same((await c.layers.list()).length, 0)
  })
  await t.test('not there: the address is told', async (t) => {
    const c = fresh(t)
    const k = { ...spec('upstream', 'flannel'), version: '1.17.99' }
    await t.rejects(makeBundle(k, c), {
      code: 'state',
      message:
        `http://${servers.files.at}/release/v1.17.99/bin/linux/${amd64}/kubeadm.sha512: the server ` +
        'answered 404 (not there)',
    })
    const a = { ...spec('aliyun', 'flannel'), version: '1.17.99' }
    await t.rejects(makeBundle(a, c), {
      code: 'state',
      message: /has no kubeadm 1\.17\.99, kubelet 1\.17\.99, kubectl 1\.17\.99$/,
    })
  })
})

t.test('faults of the registry', async (t) => {
  const blob = (path: string): boolean => path.includes('/k8s/etcd/blobs/')
  await t.test('500, a cut and a silence: the pull is taken up again, other images are not pulled twice', async (t) => {
    const c = fresh(t)
    let n = 0
    servers.hub.faults = (path) => (blob(path) && ++n <= 2 ? (['cut', 500] as const)[n - 1] : undefined)
    await makeBundle(spec('upstream', 'flannel'), c)
    t.ok(n > 2)
    t.equal(servers.hub.seen.filter((p) => p === '/v2/k8s/kube-proxy/manifests/v1.17.5').length, 1)
  })
  await t.test('after a failure the next build goes on with what is there', async (t) => {
    const c = fresh(t)
    servers.hub.faults = (path) => (path.includes('/quay/') ? 500 : undefined)
    await t.rejects(makeBundle(spec('upstream', 'flannel'), c), {
      code: 'state',
      message: new RegExp(`^${servers.hub.at}/quay/coreos/flannel:v0\\.15\\.1: .*500.*tried 5 times`),
    })
    const before = servers.hub.seen.length
    servers.hub.faults = () => undefined
    await makeBundle(spec('upstream', 'flannel'), c)
    t.notOk(
      servers.hub.seen.slice(before).some((p) => p.includes('/k8s/')),
      'only what was missing',
    )
  })
  await t.test('an image that is not there is told at once, with its address', async (t) => {
    const c = fresh(t)
    const k = spec('upstream', 'flannel', {
      registries: {
        'registry.k8s.io': `${servers.hub.at}/elsewhere`,
        'docker.io': `${servers.hub.at}/hub`,
        'quay.io': `${servers.hub.at}/quay`,
      },
    })
    await t.rejects(makeBundle(k, c), {
      code: 'state',
      message: new RegExp(`^${servers.hub.at}/elsewhere/kube-apiserver:v1\\.17\\.5: .*(?:name|manifest) unknown`, 'i'),
    })
    t.equal(servers.hub.seen.filter((p) => p.includes('manifests')).length, 1, 'no second try')
  })
  await t.test('a pulled image that was damaged since is pulled anew by the next build', async (t) => {
    const c = fresh(t)
    await makeBundle(spec('upstream', 'flannel'), c)
    const images = join(c.downloadsDir, 'images')
    const all = readdirSync(images).flatMap((n) => readdirSync(join(images, n)).map((f) => join(images, n, f)))
    const big = all.find((f) => statSync(f).size > 2_000_000)!
    const bytes = readFileSync(big)
    bytes[1_500_000]! ^= 1
    writeFileSync(big, bytes)
    for (const layer of await c.layers.list()) rmSync(layer.dir, { recursive: true })
    await t.rejects(makeBundle(spec('upstream', 'flannel'), c), { code: 'corrupt', message: /etcd:3\.4\.3-0/ })
    await makeBundle(spec('upstream', 'flannel'), c)
  })
})

t.test('without skopeo the package is named', async (t) => {
  const c = fresh(t)
  const none = { ...c, exec: { ...exec, which: () => Promise.resolve(undefined) } }
  await t.rejects(makeBundle(spec('upstream', 'flannel'), none), { code: 'host', hint: /apt-get install .*skopeo/ })
  t.same(servers.files.seen, [])
})
