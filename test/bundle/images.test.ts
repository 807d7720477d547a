import { mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import type { ArchiveEntry } from '../../src/bundle/archive/docker-archive.js'
import { writeImages } from '../../src/bundle/debian/images.js'
import { imageRefs, nodeImageRefs, recipeOf } from '../../src/bundle/debian/recipe.js'
import { proveDebianRoot } from './fixtures/debian-root.js'
import { exec } from './fixtures/world.js'

/**
 * A folder with `more` and x.deb, a package with what our base needs to be seen handled: documents, a character set
 * converter, iptables.
 */
async function makeDeb(t: Test, more: object): Promise<string> {
  const dir = t.testdir({
    ...more,
    deb: {
      DEBIAN: {
        control: 'Package: iptables\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example>\nDescription: x\n',
      },
      usr: {
        sbin: { 'xtables-nft-multi': 'X', 'iptables-nft': t.fixture('symlink', 'xtables-nft-multi') },
        lib: { triplet: { 'libc.so': 'L', gconv: { big: 'x' } } },
        share: { doc: { x: 'doc' } },
      },
      bin: { cp: 'its own', busybox: 'B' },
    },
  })
  await exec.run(['dpkg-deb', '--root-owner-group', '--build', join(dir, 'deb'), join(dir, 'x.deb')])
  return dir
}

const skip = (await exec.which('dpkg-deb')) ? false : 'no dpkg on this machine'

t.test('four archives with kubeadm’s names, from small stand-ins', { skip }, async (t) => {
  const r = recipeOf('1.20.2')
  const programs = [
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-proxy',
    'coredns',
    'flannel',
    'pause',
    'etcd',
    'etcdctl',
  ]
  const dir = await makeDeb(t, { bin: Object.fromEntries(programs.map((p) => [p, `program ${p}`])), work: {} })
  const bin = (name: string): string => join(dir, 'bin', name)
  const parts = {
    kubernetes: join(dir, 'bin'),
    coredns: bin('coredns'),
    flanneld: bin('flannel'),
    pause: bin('pause'),
    etcd: bin('etcd'),
    etcdctl: bin('etcdctl'),
    baseDebs: [join(dir, 'x.deb')],
  }
  await writeImages(r, parts, join(dir, 'images'), { exec, work: join(dir, 'work'), arch: 'amd64' })
  t.same((await exec.run(['find', join(dir, 'work'), '-type', 'f'])).stdout, '', 'no layer files stay')

  const read = async (name: string): Promise<(ArchiveEntry & { at: string })[]> => {
    const at = join(dir, basename(name, '.tar'))
    mkdirSync(at)
    await exec.run(['tar', 'xf', join(dir, 'images', name), '-C', at])
    return (JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8')) as ArchiveEntry[]).map((e) => ({ ...e, at }))
  }
  const tags = (entries: ArchiveEntry[]): string[] => entries.flatMap((e) => e.RepoTags)
  const names = async (e: ArchiveEntry & { at: string }, n: number): Promise<string> =>
    (await exec.run(['tar', 'tvf', join(e.at, e.Layers[n]!)])).stdout

  const all = await read('k8s.1.20.2.tar')
  t.same(tags(all), imageRefs(r))
  const node = await read('k8s.1.20.2.node.tar')
  t.same(tags(node), nodeImageRefs(r))
  t.equal(node[0]!.Config, all.find((e) => e.RepoTags[0]!.includes('kube-proxy'))!.Config, 'the same image in both')
  const [flannel] = await read('cni.flannel.tar')
  t.equal(flannel!.Layers[0], node[0]!.Layers[0], 'one base under kube-proxy and flannel')
  t.match(await names(flannel!, 1), /-rwxr-xr-x 0\/0 .* opt\/bin\/flanneld\n/)

  proveDebianRoot(t, await names(flannel!, 0))

  const [probe] = await read('probe.tar')
  t.same(probe!.RepoTags, ['klab.local/probe:1'])
  t.same(probe!.Layers, flannel!.Layers.slice(0, 1), 'the base alone')

  const entry = (image: string): string => {
    const e = all.find((x) => x.RepoTags[0]!.includes(image))!
    return (
      JSON.parse(readFileSync(join(e.at, e.Config), 'utf8')) as { config: { Entrypoint: string[] } }
    ).config.Entrypoint.join(' ')
  }
  t.equal(entry('/coredns'), '/coredns', 'kubeadm’s deployment gives only arguments')
  t.equal(entry('/pause'), '/pause')
  t.equal(entry('/etcd'), '/usr/local/bin/etcd')
})
