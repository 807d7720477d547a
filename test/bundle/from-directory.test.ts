import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { bundleGaps } from '../../src/bundle/completeness.js'
import { makeBundle } from '../../src/bundle/ensure.js'
import { listBundleFiles, readManifest, verifyBundle, writeBundleManifest } from '../../src/bundle/manifest.js'
import { amd64, folderMaker, refs, spec } from './fixtures/user-folder.js'
import { archive } from './fixtures/images.js'
import { CALICO_MANIFEST, CORE, FLANNEL, PLUGINS, trap } from './fixtures/programs.js'
import { makeContext } from './fixtures/world.js'

t.setTimeout(300_000)
const { folderWith, stock } = folderMaker(t)

t.test('archives, binaries and a manifest become a bundle like every other', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])
  const bundle = await makeBundle(spec(dir), c)
  t.match(bundle, {
    cached: false,
    manifest: { source: 'dir', kubernetes: '1.17.5', images: CORE, nodeImages: [CORE[3], CORE[4]] },
  })
  t.same(readdirSync(join(bundle.dir, 'images')).sort(), [
    'cni.calico.tar',
    'cni.extra.tar',
    'k8s.1.17.5.node.tar',
    'k8s.1.17.5.tar',
    'probe.tar',
  ])
  t.same(await refs(bundle.dir, 'k8s.1.17.5.node.tar'), [CORE[3], CORE[4]], 'made, though nobody handed it over')
  t.same(await refs(bundle.dir, 'probe.tar'), ['klab.local/probe:1'], 'of the busybox')
  t.same(await refs(bundle.dir, 'cni.extra.tar'), ['nginx:1.19'], 'what else was put there goes onto the nodes too')
  t.same(readdirSync(join(bundle.dir, 'cni')).sort(), PLUGINS.toSorted())
  t.equal(readFileSync(join(bundle.dir, 'manifests/calico.yaml'), 'utf8'), CALICO_MANIFEST)
  t.same((await verifyBundle(bundle.dir)).problems, [])
  t.equal((await makeBundle(spec(dir), c)).cached, true)
  appendFileSync(join(dir, 'calico.yaml'), '# changed\n')
  t.equal((await makeBundle(spec(dir), c)).cached, false, 'a changed file makes another bundle')
})

t.test('flannel: klab’s manifest with the image that was handed over', async (t) => {
  const c = makeContext(t)
  const bundle = await makeBundle(spec(folderWith(c, ['k8s.1.17.5.tar', 'flannel.tar']), 'flannel'), c)
  t.match(readFileSync(join(bundle.dir, 'manifests/flannel.yaml'), 'utf8'), `image: '${FLANNEL}'`)
})

t.test('everything that is missing is named, before anything is made', async (t) => {
  const c = makeContext(t)
  const short = join(stock, 'short.tar')
  await archive(stock, short, CORE.filter((ref) => !/etcd|coredns/.test(ref)), amd64) // prettier-ignore
  const dir = folderWith(c, ['short.tar'], ['kubelet', 'portmap'])
  const error = await makeBundle(spec(dir), c).catch((e: unknown) => e)
  t.match(error, { code: 'state', hint: /docker save/ })
  t.equal(
    (error as Error).message,
    [
      `${dir}: lacks what Kubernetes 1.17.5 with Calico 3.14.2 needs:`,
      '  image k8s.gcr.io/etcd:3.4.3-0',
      '  image k8s.gcr.io/coredns:1.6.5',
      ...['calico/cni:v3.14.2', 'calico/node:v3.14.2', 'docker.io/calico/kube-controllers:v3.14.2'].map(
        (ref) => `  image ${ref}`,
      ),
      '  image klab.local/probe:1 (any busybox will do: klab tests the pod network with it)',
      '  program kubelet',
      '  CNI plugin cni/portmap',
    ].join('\n'),
  )
  t.same(await c.layers.list(), [])
  const bare = folderWith(c, ['k8s.1.17.5.tar'], ['calico.yaml'])
  await t.rejects(makeBundle(spec(bare), c), { message: /manifest calico\.yaml/ })
  await t.rejects(makeBundle(spec(bare, 'flannel'), c), { message: /image flannel/ })
  writeFileSync(join(bare, 'images/calico.tar.gz'), 'x')
  await t.rejects(makeBundle(spec(bare), c), {
    code: 'state',
    hint: /unpack what is compressed: images\/calico\.tar\.gz/,
  })
})

t.test('the table says what is needed, and no program of the folder is run', async (t) => {
  const c = makeContext(t)
  const mark = join(c.dir, 'ran')
  const dir = folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])
  for (const name of ['kubeadm', 'kubelet', 'kubectl']) trap(join(dir, name), mark)
  const bundle = await makeBundle(spec(dir), c)
  t.same(await refs(bundle.dir, 'k8s.1.17.5.tar'), CORE)
  t.same(await bundleGaps(bundle.dir, bundle.manifest, ['calico'], c), [])
  t.notOk(existsSync(mark))
  rmSync(join(dir, 'kubeadm'))
  await t.rejects(makeBundle(spec(dir), c), { message: /needs:\n {2}program kubeadm$/ })
})

t.test('of a version that klab does not know, the bundle’s own list is taken, and it says so', async (t) => {
  const c = makeContext(t)
  const bundle = await makeBundle(spec(folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])), c)
  for (const name of ['k8s.1.17.5.tar', 'k8s.1.17.5.node.tar'])
    copyFileSync(join(bundle.dir, 'images', name), join(bundle.dir, 'images', name.replace('1.17.5', '1.99.0')))
  const newer = { ...bundle.manifest, kubernetes: '1.99.0' }
  t.same(await bundleGaps(bundle.dir, newer, ['calico'], c), [])
  t.ok(c.lines.some((l) => /klab does not know which images Kubernetes 1\.99\.0 needs/.test(l)))
  const more = { ...newer, images: [...CORE, 'k8s.gcr.io/more:1'] }
  t.same(await bundleGaps(bundle.dir, more, ['calico'], c), ['image k8s.gcr.io/more:1 in images/k8s.1.99.0.tar'])
})

t.test('the mirror’s names are taken for kubeadm’s (2.7.2 without its docker tag)', async (t) => {
  const mirrored = CORE.map((ref) => ref.replace('k8s.gcr.io', 'registry.cn-hangzhou.aliyuncs.com/google_containers'))
  await archive(stock, join(stock, 'mirrored.tar'), mirrored, amd64)
  const c = makeContext(t)
  const bundle = await makeBundle(spec(folderWith(c, ['mirrored.tar', 'calico.tar'])), c)
  t.same(await refs(bundle.dir, 'k8s.1.17.5.tar'), CORE)
  t.same(await refs(bundle.dir, 'cni.extra.tar'), ['nginx:1.19'])
})

t.test('damaged or wrong files are refused by name', async (t) => {
  const c = makeContext(t)
  const wrong = async (change: (dir: string) => void, message: RegExp): Promise<void> => {
    const dir = folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])
    change(dir)
    await t.rejects(makeBundle(spec(dir), c), { code: 'corrupt', message }, String(message))
  }
  await wrong(
    (d) => truncateSync(join(d, 'images/calico.tar'), 20_000),
    /images\/calico\.tar: is cut short at 20000 bytes/,
  )
  await wrong(
    (d) => writeFileSync(join(d, 'images/calico.tar'), 'not a tar file'.padEnd(2048, '!')),
    /calico\.tar: is not a tar file/,
  )
  await wrong(
    (d) => writeFileSync(join(d, 'kubelet'), '<html>404</html>'),
    /kubelet: is no program, the nodes need one for linux/,
  )
  await wrong((d) => {
    const program = readFileSync(join(d, 'kubectl'))
    program.writeUInt16LE(amd64 === 'amd64' ? 183 : 62, 18)
    writeFileSync(join(d, 'kubectl'), program)
  }, /kubectl: is for (?:arm64|amd64), the nodes need one/)
  await wrong(
    (d) => writeFileSync(join(d, 'SHA256SUMS'), `${'0'.repeat(64)}  kubeadm\n${'1'.repeat(64)} *gone.tar\n`),
    /kubeadm is not what SHA256SUMS says; gone\.tar is named/,
  )
  await wrong((d) => {
    const bytes = readFileSync(join(d, 'images/k8s.1.17.5.tar'))
    const at = bytes.indexOf(`${amd64}-k8s.gcr.io_etcd_3.4.3_0`)
    bytes[at]! ^= 1
    writeFileSync(join(d, 'images/k8s.1.17.5.tar'), bytes)
  }, /layer 2 has the sum [0-9a-f]{64}, its configuration says/)
  await archive(stock, join(stock, 'foreign.tar'), CORE, 's390x')
  const dir = folderWith(c, ['foreign.tar', 'calico.tar'])
  await t.rejects(makeBundle(spec(dir), c), { code: 'corrupt', message: /is for linux\/s390x, not linux/ })
  await t.rejects(makeBundle(spec('/nowhere/at/all'), c), { code: 'state', message: /cannot be read/ })
  t.same(await c.layers.list(), [])
})

t.test('a whole bundle is used in place, and its images are looked through as well', async (t) => {
  const c = makeContext(t)
  const made = await makeBundle(spec(folderWith(c, ['k8s.1.17.5.tar', 'calico.tar'])), c)
  const copy = join(c.dir, 'copy')
  execFileSync('cp', ['-r', made.dir, copy])
  t.match(await makeBundle(spec(copy), c), { dir: copy, cached: false, manifest: made.manifest })
  t.equal((await makeBundle(spec(copy), c)).cached, true)
  await t.rejects(makeBundle(spec(copy, 'flannel'), c), {
    code: 'state',
    message: /lacks .* with flannel needs:\n {2}manifests\/flannel\.yaml$/,
  })
  // A manifest that is right about its files, and an archive that lacks an image.
  await archive(stock, join(copy, 'images/k8s.1.17.5.tar'), CORE.slice(0, 6), amd64)
  await writeBundleManifest(copy, { ...(await readManifest(copy)), files: await listBundleFiles(copy) })
  await t.rejects(makeBundle(spec(copy), c), {
    code: 'state',
    message: /image k8s\.gcr\.io\/coredns:1\.6\.5 in images\/k8s\.1\.17\.5\.tar/,
  })
})

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to give files away' }

t.test('no program is run from a folder that another user owns or can write', asRoot, async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'klab-handed-'))
  t.teardown(() => rmSync(top, { recursive: true, force: true }))
  const c = { ...makeContext(t), env: { uid: 0, env: {} as Record<string, string> } }
  const dir = folderWith({ dir: top }, ['k8s.1.17.5.tar', 'calico.tar'])
  const cases: readonly [string, () => void, () => void][] = [
    ['the folder is his', () => chownSync(dir, 54_321, 54_321), () => chownSync(dir, 0, 0)],
    [
      'its program is his',
      () => chownSync(join(dir, 'kubeadm'), 54_321, 0),
      () => chownSync(join(dir, 'kubeadm'), 0, 0),
    ],
    [
      'a folder in it is open to all',
      () => chmodSync(join(dir, 'cni'), 0o777),
      () => chmodSync(join(dir, 'cni'), 0o755),
    ],
    ['the folder above it is open to all', () => chmodSync(top, 0o777), () => chmodSync(top, 0o700)],
  ]
  for (const [what, spoil, restore] of cases) {
    spoil()
    await t.rejects(
      makeBundle(spec(dir), c),
      { code: 'unsafe', exitCode: 2, hint: new RegExp(`KLAB_SAFE_DIRECTORY=${dir}`) },
      what,
    )
    restore()
  }
  chownSync(dir, 54_321, 54_321)
  const allowed = { ...c, env: { uid: 0, env: { KLAB_SAFE_DIRECTORY: `/elsewhere:${dir}` } } }
  t.equal((await makeBundle(spec(dir), allowed)).cached, false, 'allowed')
  await t.rejects(makeBundle(spec(dir), c), { code: 'unsafe' }, 'not from the cache either')
})
