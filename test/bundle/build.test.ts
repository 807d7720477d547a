import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { debianArch } from '../../src/bundle/arch.js'
import { PROBE_REF } from '../../src/bundle/contents.js'
import { buildBundle, bundleKey } from '../../src/bundle/debian/build.js'
import { kubernetesKey } from '../../src/bundle/debian/kubernetes.js'
import { BUNDLE_TOOLS, requireTools } from '../../src/bundle/debian/parts.js'
import { imageRefs, nodeImageRefs, recipeOf } from '../../src/bundle/debian/recipe.js'
import { ensureBundle, listBundles } from '../../src/bundle/ensure.js'
import { listBundleFiles, writeBundleManifest } from '../../src/bundle/manifest.js'
import { archive } from './fixtures/images.js'
import { exec, makeContext, root } from './fixtures/world.js'

const r = recipeOf('1.20.2')

const skip = (await exec.which('xorriso')) ? false : 'no xorriso on this machine'

t.test('a changed manifest makes another bundle, but no other compile', async (t) => {
  const assets = t.testdir()
  cpSync(join(root, 'cloud-init'), join(assets, 'cloud-init'), { recursive: true })
  const before = await bundleKey(assets, r, 'amd64')
  t.match(before, /^[0-9a-f]{64}$/)
  t.equal(await bundleKey(root, r, 'amd64'), before, 'wherever klab lies')
  t.not(await bundleKey(assets, r, 'arm64'), before)
  const compile = kubernetesKey(r, 'amd64')
  for (const file of [
    'manifests/flannel.yaml',
    'bundle/pause/pause.c',
    'bundle/components/crictl-1.20.0/main.go',
    'bundle/components/coredns-1.7.0/go.sum',
  ]) {
    const last = await bundleKey(assets, r, 'amd64')
    appendFileSync(join(assets, 'cloud-init', file), '\n')
    t.not(await bundleKey(assets, r, 'amd64'), last, file)
  }
  t.equal(kubernetesKey({ ...r, flannel: { ...r.flannel, version: 'v9' } }, 'amd64'), compile)
  t.not(kubernetesKey({ ...r, go: '1.16' }, 'amd64'), compile)
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
    which: (tool: string) => Promise.resolve(['make', 'rsync'].includes(tool) ? undefined : `/usr/bin/${tool}`),
  }
  await t.rejects(requireTools({ ...c, exec: without }), {
    exitCode: 3,
    message: /make, rsync/,
    hint: 'sudo apt-get install make rsync',
  })
  const none = { ...exec, which: () => Promise.resolve(undefined) }
  await t.rejects(buildBundle({ version: '1.20.2', source: 'debian' }, { ...c, exec: none }), { code: 'host' })
  t.same(c.lines, [])
  t.ok(BUNDLE_TOOLS.length > 5)
})

t.test('a bundle that is in the cache is not built again', async (t) => {
  const c = makeContext(t)
  const key = await bundleKey(c.assets, r, debianArch())
  await c.layers.build(key, (dir) => fill(dir, '1.20.2'))
  const bundle = await buildBundle(
    { version: '1.20.2', source: 'debian' },
    { ...c, exec: { ...exec, run: () => Promise.reject(new Error('ran something')) } },
  )
  t.match(bundle, { key, cached: true, manifest: { kubernetes: '1.20.2' } })
  t.match(await listBundles(c.layers), [{ key, manifest: { source: 'debian' } }])
})

async function fill(dir: string, kubernetes: string): Promise<void> {
  mkdirSync(join(dir, 'bin'), { recursive: true })
  mkdirSync(join(dir, 'images'), { recursive: true })
  for (const name of ['kubeadm', 'kubelet', 'kubectl'])
    writeFileSync(join(dir, 'bin', name), 'program', { mode: 0o755 })
  const [images, nodeImages] = [imageRefs(r), nodeImageRefs(r)]
  await archive(join(dir, '..'), join(dir, `images/k8s.${kubernetes}.tar`), images)
  await archive(join(dir, '..'), join(dir, `images/k8s.${kubernetes}.node.tar`), nodeImages)
  await archive(join(dir, '..'), join(dir, 'images/probe.tar'), [PROBE_REF])
  const files = await listBundleFiles(dir)
  await writeBundleManifest(dir, { format: 1, source: 'debian', kubernetes, images, nodeImages, provenance: {}, files })
}

const spec = (path: string) => ({ version: '1.20.2', cni: 'none' as const, bundle: { source: 'dir' as const, path } })

t.test('somebody’s own folder: checked, then made into a disk with the right label', { skip }, async (t) => {
  const c = makeContext(t)
  const dir = join(c.dir, 'own')
  await fill(dir, '1.20.2')
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
  await fill(dir, '1.21.0')
  await t.rejects(ensureBundle(spec(dir), c), { code: 'state', message: /1\.21\.0.*1\.20\.2/, hint: /1\.21\.0/ })
  await fill(dir, '1.20.2')
  writeFileSync(join(dir, 'bin/kubeadm'), 'another')
  await t.rejects(ensureBundle(spec(dir), c), { code: 'corrupt', message: /bin\/kubeadm/ })
  t.same(await c.layers.list(), [], 'a failed check is not remembered')
})
