import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { debianArch } from '../../src/bundle/arch.js'
import { PROBE_REF } from '../../src/bundle/contents.js'
import { ensureBundle, listBundles, makeBundle } from '../../src/bundle/ensure.js'
import { listBundleFiles, writeBundleManifest, type BundleManifest } from '../../src/bundle/manifest.js'
import { coreImages } from '../../src/bundle/needs.js'
import { planSource, sourceBundle, sourceKey } from '../../src/bundle/source/bundle.js'
import { componentKey } from '../../src/bundle/source/component.js'
import { requireSourceTools, SOURCE_TOOLS } from '../../src/bundle/source/tools.js'
import { archive } from './fixtures/images.js'
import { exec, makeContext, root } from './fixtures/world.js'

const FLANNEL = { version: '1.23.17', cni: [{ name: 'flannel' }] } as const
const keyOf = async (assets: string, arch = 'amd64') =>
  sourceKey(assets, await planSource(assets, FLANNEL), FLANNEL, arch)

const skip = (await exec.which('xorriso')) ? false : 'no xorriso on this machine'

t.test('a changed manifest makes another bundle, but no other compile', async (t) => {
  const assets = t.testdir()
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  const before = await keyOf(assets)
  t.match(before, /^[0-9a-f]{64}$/)
  t.equal(await keyOf(root), before, 'wherever klab lies')
  t.not(await keyOf(assets, 'arm64'), before)
  const compile = async () => componentKey((await planSource(assets, FLANNEL)).components.get('kubernetes')!, 'amd64')
  const first = await compile()
  for (const file of [
    'manifests/flannel.yaml',
    'bundle/pause/pause.c',
    'bundle/components/crictl-1.20.0/main.go',
    'bundle/components/coredns-1.8.6/go.sum',
  ]) {
    const last = await keyOf(assets)
    appendFileSync(join(assets, 'cloud-init', file), '\n')
    t.not(await keyOf(assets), last, file)
  }
  t.equal(await compile(), first)
  appendFileSync(join(assets, 'cloud-init/bundle/components/kubernetes-1.23.17/go.sum'), '\n')
  t.not(await compile(), first)
})

t.test('architectures', (t) => {
  t.equal(debianArch('x64'), 'amd64')
  t.equal(debianArch('arm64'), 'arm64')
  t.throws(() => debianArch('mips'), { code: 'host' })
  t.end()
})

t.test('missing tools are all named at once, before anything is done', async (t) => {
  const c = makeContext(t)
  const without = {
    ...exec,
    which: (tool: string) => Promise.resolve(['gcc', 'xz'].includes(tool) ? undefined : `/usr/bin/${tool}`),
  }
  await t.rejects(requireSourceTools(without), {
    exitCode: 3,
    message: /gcc, xz/,
    hint: 'sudo apt-get install build-essential xz-utils',
  })
  const none = { ...exec, which: () => Promise.resolve(undefined) }
  await t.rejects(sourceBundle(FLANNEL, { ...c, exec: none }), { code: 'host' })
  t.same(c.lines, [])
  t.ok(SOURCE_TOOLS.length > 5)
})

t.test('a bundle that is in the cache is not built again', async (t) => {
  const c = makeContext(t)
  const key = await keyOf(c.assets, debianArch())
  await c.layers.build(key, (dir) => fill(dir, '1.23.17', 'source'))
  const bundle = await sourceBundle(FLANNEL, {
    ...c,
    exec: { ...exec, run: () => Promise.reject(new Error('ran something')) },
  })
  t.match(bundle, { key, cached: true, manifest: { kubernetes: '1.23.17' } })
  t.match(await listBundles(c.layers), [{ key, manifest: { source: 'source' } }])
})

t.test('a lab of an earlier klab that says bundle debian: told what to do', async (t) => {
  const old = { version: '1.20.2', cni: 'flannel', bundle: { source: 'debian' } } as unknown as Parameters<
    typeof makeBundle
  >[0]
  await t.rejects(makeBundle(old, makeContext(t)), { code: 'state', message: /bundle debian/, hint: /bundle: source/ })
})

async function fill(dir: string, kubernetes: string, source: BundleManifest['source']): Promise<void> {
  mkdirSync(join(dir, 'bin'), { recursive: true })
  mkdirSync(join(dir, 'images'), { recursive: true })
  for (const name of ['kubeadm', 'kubelet', 'kubectl'])
    writeFileSync(join(dir, 'bin', name), 'program', { mode: 0o755 })
  const { images, nodeImages } = coreImages('1.23.17')
  await archive(join(dir, '..'), join(dir, `images/k8s.${kubernetes}.tar`), images)
  await archive(join(dir, '..'), join(dir, `images/k8s.${kubernetes}.node.tar`), nodeImages)
  await archive(join(dir, '..'), join(dir, 'images/probe.tar'), [PROBE_REF])
  const files = await listBundleFiles(dir)
  await writeBundleManifest(dir, { format: 1, source, kubernetes, images, nodeImages, provenance: {}, files })
}

const spec = (path: string) => ({ version: '1.23.17', cni: 'none' as const, bundle: { source: 'dir' as const, path } })

t.test('somebody’s own folder: checked, then made into a disk with the right label', { skip }, async (t) => {
  const c = makeContext(t)
  const dir = join(c.dir, 'own')
  await fill(dir, '1.23.17', 'dir')
  const bundle = await ensureBundle(spec(dir), c)
  t.match(bundle, { dir, cached: false })
  const shown = await exec.run([
    'xorriso',
    '-indev',
    join(bundle.isoDir, 'bundle.iso'),
    '-pvd_info',
    '-lsl',
    '/bin/kubeadm',
  ])
  t.match(shown.stdout + shown.stderr, /KLABBUNDLE/)
  t.match(shown.stdout, /-r.xr.xr.x +1 +0 +0 +7 .*kubeadm/, 'root’s, executable')
  t.match(await ensureBundle(spec(dir), c), { cached: true, isoDir: bundle.isoDir, key: bundle.key })
})

t.test('a folder that does not fit is refused', async (t) => {
  const c = makeContext(t)
  const dir = join(c.dir, 'own')
  await t.rejects(ensureBundle(spec(dir), c), { code: 'state', message: /cannot be read/ })
  await fill(dir, '1.21.0', 'dir')
  await t.rejects(ensureBundle(spec(dir), c), { code: 'state', message: /1\.21\.0.*1\.23\.17/, hint: /1\.21\.0/ })
  await fill(dir, '1.23.17', 'dir')
  writeFileSync(join(dir, 'bin/kubeadm'), 'another')
  await t.rejects(ensureBundle(spec(dir), c), { code: 'corrupt', message: /bin\/kubeadm/ })
  t.same(await c.layers.list(), [], 'a failed check is not remembered')
})
