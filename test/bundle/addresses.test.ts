import t from 'tap'
import {
  binaryUrl,
  calicoUrl,
  crictlUrl,
  packageIndex,
  pluginsUrl,
  pullAddress,
} from '../../src/bundle/online/addresses.js'
import { parseRef, shortName } from '../../src/bundle/archive/image-ref.js'
import { imagesOf } from '../../src/bundle/needs.js'
import { choosePackages, parsePackageIndex } from '../../src/bundle/online/packages.js'
import { sumIn } from '../../src/cache/download.js'

t.test('the official servers', (t) => {
  t.equal(binaryUrl({}, '1.17.5', 'amd64', 'kubeadm'), 'https://dl.k8s.io/release/v1.17.5/bin/linux/amd64/kubeadm')
  t.match(
    pluginsUrl({}, 'arm64'),
    'https://github.com/containernetworking/plugins/releases/download/v0.9.1/cni-plugins-linux-arm64-v0.9.1.tgz',
  )
  t.match(crictlUrl({}, 31, 'amd64'), '/v1.31.0/crictl-v1.31.0-linux-amd64.tar.gz')
  t.equal(
    calicoUrl({}, 'v3.14.2'),
    'https://docs.projectcalico.org/v3.14/manifests/calico.yaml',
    'as the course has it (2.9.1)',
  )
  t.equal(calicoUrl({}, 'v3.25.2'), 'https://github.com/projectcalico/calico/raw/v3.25.2/manifests/calico.yaml')
  t.match(
    packageIndex({}, 17, 'amd64').index,
    'https://mirrors.aliyun.com/kubernetes/apt/dists/kubernetes-xenial/main/binary-amd64/Packages.gz',
  )
  t.match(
    packageIndex({}, 31, 'amd64').index,
    'https://mirrors.aliyun.com/kubernetes-new/core/stable/v1.31/deb/Packages.gz',
  )
  t.end()
})

t.test('where images are pulled from', (t) => {
  const from = (source: 'upstream' | 'aliyun', registries: Record<string, string>, name: string): string =>
    pullAddress({ source, mirrors: { registries } }, name)
  t.equal(from('upstream', {}, 'k8s.gcr.io/pause:3.1'), 'registry.k8s.io/pause:3.1')
  t.equal(from('upstream', {}, 'registry.k8s.io/coredns/coredns:v1.8.0'), 'registry.k8s.io/coredns/coredns:v1.8.0')
  t.equal(from('aliyun', {}, 'k8s.gcr.io/pause:3.1'), 'registry.cn-hangzhou.aliyuncs.com/google_containers/pause:3.1')
  t.equal(
    from('aliyun', {}, 'k8s.gcr.io/coredns/coredns:v1.8.0'),
    'registry.cn-hangzhou.aliyuncs.com/google_containers/coredns:v1.8.0',
  )
  t.equal(from('aliyun', {}, 'calico/node:v3.14.2'), 'docker.io/calico/node:v3.14.2')
  const house = { 'docker.io': 'reg.example:5000/hub', 'registry.k8s.io': 'reg.example/k8s' }
  t.equal(from('upstream', house, 'busybox:1'), 'reg.example:5000/hub/library/busybox:1')
  t.equal(from('upstream', house, 'k8s.gcr.io/coredns/coredns:v1.8.0'), 'reg.example/k8s/coredns/coredns:v1.8.0')
  t.equal(from('aliyun', house, 'k8s.gcr.io/coredns/coredns:v1.8.0'), 'reg.example/k8s/coredns:v1.8.0')
  t.equal(from('upstream', { ...house, 'k8s.gcr.io': 'old.example' }, 'k8s.gcr.io/pause:3.1'), 'old.example/pause:3.1')
  t.end()
})

t.test('names of images', (t) => {
  t.same(parseRef('calico/node:v3'), { host: 'docker.io', path: 'calico/node', tag: 'v3' })
  t.same(parseRef('localhost:5000/a'), { host: 'localhost:5000', path: 'a', tag: 'latest' })
  t.same(parseRef('reg:5000/a/b:1'), { host: 'reg:5000', path: 'a/b', tag: '1' })
  t.equal(shortName('k8s.gcr.io/coredns/coredns:v1.8.0'), 'coredns')
  for (const bad of ['', 'A', 'a:b c', '-a', 'a@sha256:0', 'x/../y:1', 'http://a/b:1'])
    t.equal(parseRef(bad), undefined, bad)
  t.end()
})

t.test('checksum files in their forms', (t) => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
  t.equal(sumIn(`${a}\n`, 'x'), a)
  t.equal(sumIn(a.toUpperCase(), 'x'), a)
  t.equal(sumIn(`${a}  y\n${b} *dist/x\n`, 'x'), b)
  t.equal(sumIn(`${a}  y\n`, 'x'), undefined, 'another file’s')
  t.equal(sumIn(`${a}\n${b}\n`, 'x'), undefined, 'which one?')
  t.equal(sumIn('<html>404</html>', 'x'), undefined)
  t.equal(sumIn(`${a}${a}\n`, 'x', 128), a + a)
  t.equal(sumIn(`${a}${a}\n`, 'x'), undefined)
  t.end()
})

t.test('an index of packages', (t) => {
  const entry = (name: string, version: string, file = `pool/${name}.deb`, arch = 'amd64'): string =>
    `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nFilename: ${file}\n` +
    `SHA256: ${'0'.repeat(64)}\nDescription: x\n more\n`
  const names = ['kubeadm', 'kubelet', 'kubectl']
  const index = [
    ...names.flatMap((n) => [entry(n, '1.20.2-00'), entry(n, '1.20.20-00')]),
    entry('kubernetes-cni', '0.8.7-00'),
    entry('kubernetes-cni', '0.7.5-00'),
    entry('kubernetes-cni', '1.2.0-00'),
    entry('cri-tools', '1.13.0-01'),
    entry('cri-tools', '1.19.0-00'),
    entry('cri-tools', '1.26.0-00'),
    entry('evil', '1', '../../etc/passwd'),
    entry('evil', '1', '/etc/passwd'),
    entry('evil', '1', 'x y'),
    entry('other', '1', 'x', 's390x'),
  ].join('\n')
  const all = parsePackageIndex(index, 'amd64')
  t.notOk(all.some((p) => ['evil', 'other'].includes(p.name)))
  t.same(
    choosePackages(all, '1.20.2').map((p) => p.version),
    ['1.20.2-00', '1.20.2-00', '1.20.2-00', '0.8.7-00', '1.19.0-00'],
  )
  t.throws(() => choosePackages(all, '1.20.3'), { message: /no kubeadm 1\.20\.3, kubelet 1\.20\.3, kubectl 1\.20\.3$/ })
  t.throws(() => choosePackages([], '1.20.3'), { message: /kubernetes-cni, cri-tools$/ })
  t.end()
})

t.test('images of a manifest', (t) => {
  t.same(imagesOf('spec: {containers: [{name: x, image: "b:1"}, {name: y, image: "b:1"}]}\n---\nimage: no\n', 'm'), [
    'b:1',
  ])
  t.throws(() => imagesOf('<html>404</html>', 'm.yaml'), {
    code: 'corrupt',
    message: 'm.yaml: is not a manifest that names images',
  })
  t.end()
})
