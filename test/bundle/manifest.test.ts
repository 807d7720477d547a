import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listBundleFiles, readManifest, verifyBundle, writeBundleManifest } from '../../src/bundle/manifest.js'
import { verifyExport } from '../../src/bundle/archive/transfer.js'
import { digestOf, sha256File } from '../../src/host/digest.js'
import type { BundleManifest } from '../../src/bundle/manifest.js'

const manifest = async (dir: string): Promise<BundleManifest> => ({
  format: 1,
  source: 'debian',
  kubernetes: '1.20.2',
  images: ['k8s.gcr.io/pause:3.2'],
  nodeImages: [],
  provenance: { kubernetes: '1.20.2+dfsg-1' },
  files: await listBundleFiles(dir),
})

t.test('written, read, verified; every difference is named', async (t) => {
  const dir = t.testdir({ bin: { kubeadm: 'kubeadm', kubelet: 'kubelet' }, images: { 'k8s.1.20.2.tar': 'tar' } })
  const m = await manifest(dir)
  t.same(
    m.files.map((f) => [f.path, f.size]),
    [
      ['bin/kubeadm', 7],
      ['bin/kubelet', 7],
      ['images/k8s.1.20.2.tar', 3],
    ],
  )
  await writeBundleManifest(dir, m)
  t.same(await verifyBundle(dir), { manifest: m, problems: [] })
  writeFileSync(join(dir, 'bin/kubeadm'), 'kubeadn')
  writeFileSync(join(dir, 'images/k8s.1.20.2.tar'), 'longer')
  rmSync(join(dir, 'bin/kubelet'))
  writeFileSync(join(dir, 'bin/evil'), '')
  symlinkSync('/etc/passwd', join(dir, 'link'))
  t.same((await verifyBundle(dir)).problems, [
    `bin/kubeadm: sha256 is ${await sha256File(join(dir, 'bin/kubeadm'))}, but the manifest says ${m.files[0]!.sha256}`,
    'bin/kubelet: missing',
    'images/k8s.1.20.2.tar: 6 bytes, but the manifest says 3',
    'bin/evil: not in the manifest',
    'link: not in the manifest',
  ])
})

t.test('a manifest that is no good is refused', async (t) => {
  const dir = t.testdir({ f: 'x' })
  await t.rejects(readManifest(dir), { code: 'corrupt', message: /missing or not JSON/, hint: 'klab bundle build' })
  const m = await manifest(dir)
  const file = m.files[0]!
  const bad: [object, RegExp][] = [
    [{ ...m, format: 2 }, /format 1/],
    [{ ...m, source: 'web' }, /unknown source "web"/],
    [{ ...m, source: 'x'.repeat(100_000) }, /^.{0,600}$/],
    [{ ...m, kubernetes: 1.2 }, /version/],
    [{ ...m, images: [1] }, /images/],
    [{ ...m, provenance: { a: 1 } }, /provenance/],
    [{ ...m, files: {} }, /no files/],
    ...['../x', '/etc/passwd', 'a//b', './a', '', 'a\0b', '../x'.repeat(30_000)].map((path): [object, RegExp] => [
      { ...m, files: [{ ...file, path }] },
      /bad file entry/,
    ]),
    [{ ...m, files: [{ ...file, sha256: 'zz' }] }, /bad file entry/],
    [{ ...m, files: [{ ...file, size: '1' }] }, /bad file entry/],
    [{ ...m, files: [{ ...file, size: -1 }] }, /^.{0,600}bad file entry.{0,300}$/],
  ]
  for (const [data, message] of bad) {
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify(data))
    await t.rejects(readManifest(dir), { code: 'corrupt', message })
  }
})

t.test('digestOf does not mind the order of fields, but of lists', (t) => {
  t.equal(digestOf({ a: 1, b: { c: 2, d: 3 } }), digestOf({ b: { d: 3, c: 2 }, a: 1 }))
  t.not(digestOf({ a: [1, 2] }), digestOf({ a: [2, 1] }))
  t.not(digestOf({ a: 1 }), digestOf({ a: 2 }))
  t.end()
})

t.test('a link, a pipe and a device are told, not read; Ctrl-C ends a long sum', async (t) => {
  const dir = t.testdir({ bin: { kubeadm: 'kubeadm', kubelet: 'kubelet', kubectl: 'kubectl' } })
  const m = await manifest(dir)
  await writeBundleManifest(dir, m)
  for (const name of ['kubeadm', 'kubelet']) rmSync(join(dir, 'bin', name))
  symlinkSync('/dev/zero', join(dir, 'bin/kubeadm'))
  execFileSync('mkfifo', [join(dir, 'bin/kubelet')])
  t.same((await verifyBundle(dir)).problems, ['bin/kubeadm: is a link', 'bin/kubelet: is not a plain file'])
  for (const path of ['/dev/zero', join(dir, 'bin/kubelet')]) {
    await t.rejects(sha256File(path), { code: 'corrupt', message: `${path}: is not a plain file` })
    await t.rejects(verifyExport(path), { code: 'corrupt' })
  }
  const stop = AbortSignal.abort()
  await t.rejects(sha256File(join(dir, 'bin/kubectl'), stop), { code: 'interrupted' })
  await t.rejects(verifyBundle(dir, stop), { code: 'interrupted' })
  rmSync(join(dir, 'manifest.json'))
  execFileSync('mkfifo', [join(dir, 'manifest.json')])
  await t.rejects(verifyBundle(dir), { code: 'corrupt', message: /missing or not JSON/ })
})
