import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import type { Image } from '../../../src/bundle/archive/docker-archive.js'
import { packImages } from '../../../src/bundle/source/pack.js'
import { PROBE_REF } from '../../../src/bundle/contents.js'
import { proveDebianRoot } from '../fixtures/debian-root.js'
import { exec, makeContext, root } from '../fixtures/world.js'

const skip = (await exec.which('dpkg-deb')) ? false : 'no dpkg on this machine'

t.test('images of Calico, a control plane and the probe, from small stand-ins', { skip }, async (t) => {
  const c = makeContext(t)
  const bin = (role: string, ...names: string[]): [string, string] => {
    const dir = join(c.dir, role)
    mkdirSync(dir)
    for (const name of names) writeFileSync(join(dir, name), `program ${name}`)
    return [role, dir]
  }
  mkdirSync(join(c.dir, 'deb/DEBIAN'), { recursive: true })
  mkdirSync(join(c.dir, 'deb/bin'))
  writeFileSync(join(c.dir, 'deb/bin/busybox'), 'B')
  // What needs handling in a package: documents, a character set converter, iptables, a program of its own.
  for (const folder of ['usr/sbin', 'usr/lib/triplet/gconv', 'usr/share/doc/x'])
    mkdirSync(join(c.dir, 'deb', folder), { recursive: true })
  writeFileSync(join(c.dir, 'deb/usr/sbin/xtables-nft-multi'), 'X')
  symlinkSync('xtables-nft-multi', join(c.dir, 'deb/usr/sbin/iptables-nft'))
  for (const file of ['usr/lib/triplet/libc.so', 'usr/lib/triplet/gconv/big', 'usr/share/doc/x/doc', 'bin/cp'])
    writeFileSync(join(c.dir, 'deb', file), 'x')
  writeFileSync(
    join(c.dir, 'deb/DEBIAN/control'),
    'Package: busybox\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example>\nDescription: x\n',
  )
  await exec.run(['dpkg-deb', '--root-owner-group', '--build', join(c.dir, 'deb'), join(c.dir, 'x.deb')])
  const gathered = {
    folders: new Map([
      bin('calico', 'calico-node', 'calico', 'install', 'kube-controllers', 'check-status'),
      bin('kubernetes', 'kube-apiserver', 'kube-proxy'),
      bin('coredns', 'coredns'),
      bin('pause', 'pause'),
      bin('etcd', 'etcd', 'etcdctl'),
      bin('flannel', 'flannel'),
    ]),
    root: [join(c.dir, 'x.deb')],
    provenance: {},
  }
  const refs = ['node:v3', 'cni:v3', 'kube-controllers:v3'].map((name) => `docker.io/calico/${name}`)
  const work = join(c.dir, 'work')
  mkdirSync(work)
  mkdirSync(join(c.dir, 'work2'))
  const names = [...refs, 'registry.k8s.io/kube-proxy:v1.23.17', 'registry.k8s.io/kube-apiserver:v1.23.17', PROBE_REF]
  const images = await packImages(c, [...names, PROBE_REF], gathered, { arch: 'amd64', work, debian: 'bookworm' })
  t.same(
    images.map((i) => i.ref),
    names,
  )
  const [node, cni, controllers, proxy, apiserver, probe] = images as readonly [
    Image,
    Image,
    Image,
    Image,
    Image,
    Image,
  ]
  const files = async (image: Image): Promise<string> =>
    (await exec.run(['tar', 'tvf', image.layers.at(-1)!.file])).stdout
  t.same(
    [node, proxy, probe].map((i) => i.layers[0]!.digest === probe.layers[0]!.digest),
    [true, true, true],
    'one root under all',
  )
  t.same([node.layers.length, cni.layers.length, probe.layers.length, apiserver.layers.length], [2, 1, 1, 1])
  t.same(node.entrypoint, ['/bin/start-calico'])
  t.match(await files(node), /-rwxr-xr-x 0\/0 .* bin\/calico-node\n.*-rwxr-xr-x 0\/0 .* bin\/start-calico\n/s)
  t.same(cni.entrypoint, ['/opt/cni/bin/install'])
  t.match(await files(cni), / opt\/cni\/bin\/calico-ipam -> calico\n/)
  t.match(await files(controllers), /drwxr-xr-x 0\/0 .* status\/\n/)
  t.same(probe.entrypoint, ['/bin/sh'])

  proveDebianRoot(t, (await exec.run(['tar', 'tvf', probe.layers[0]!.file])).stdout)

  const others = ['coredns/coredns:v1', 'pause:3', 'etcd:3'].map((name) => `registry.k8s.io/${name}`)
  const more = await packImages(c, [...others, 'klab.local/flannel:v1', PROBE_REF], gathered, {
    ...{ arch: 'amd64', debian: 'bookworm' },
    work: join(c.dir, 'work2'),
  })
  t.same(
    more.slice(0, 4).map((i) => i.entrypoint),
    [['/coredns'], ['/pause'], ['/usr/local/bin/etcd'], ['/opt/bin/flanneld']],
    'kubeadm’s deployments give only arguments',
  )
  t.same(more[3]!.layers[0]!.digest, probe.layers[0]!.digest, 'one base under kube-proxy and flannel')
  t.match(await files(more[3]!), /-rwxr-xr-x 0\/0 .* opt\/bin\/flanneld\n/)
  await t.rejects(packImages(c, ['quay.io/x/other:v1'], gathered, { arch: 'amd64', work, debian: 'bookworm' }), {
    code: 'corrupt',
    message: /no image quay/,
  })
})

t.test('paths in images.yaml are what Calico’s manifest and kubeadm call', (t) => {
  const images = parse(readFileSync(join(root, 'cloud-init/bundle/images.yaml'), 'utf8')) as Record<
    string,
    { programs?: object }
  >
  const has = (image: string, path: string) => t.ok(path in images[image]!.programs!, `${image}: ${path}`)
  has('node', 'bin/calico-node') // probes and preStop
  has('kube-controllers', 'usr/bin/check-status')
  has('cni', 'opt/cni/bin/install')
  t.end()
})
