import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeBundle } from '../../src/bundle/ensure.js'
import { amd64, folderMaker, refs, spec } from './fixtures/user-folder.js'
import { CALICO, CORE, PLUGINS } from './fixtures/programs.js'
import { makeContext } from './fixtures/world.js'

t.setTimeout(300_000)
const { folderWith } = folderMaker(t)
const ALL = ['k8s.1.17.5.tar', 'calico.tar']

t.test('archives are told by their content: a tar named .tar.gz is one, a gzip named .tar is none', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ALL)
  const at = (name: string): string => join(dir, 'images', name)
  renameSync(at('calico.tar'), at('calico.tar.gz'))
  renameSync(at('k8s.1.17.5.tar'), at('k8s'))
  const bundle = await makeBundle(spec(dir), c)
  t.same(await refs(bundle.dir, 'k8s.1.17.5.tar'), CORE)
  execFileSync('bash', ['-c', 'gzip -c calico.tar.gz > calico.tar; rm calico.tar.gz'], { cwd: join(dir, 'images') })
  await t.rejects(makeBundle(spec(dir), c), {
    code: 'state',
    message: /image calico\/cni:v3\.14\.2/,
    hint: 'unpack what is compressed: images/calico.tar',
  })
})

t.test('images saved by their ID have no name: said so', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ALL)
  execFileSync(
    'bash',
    [
      '-c',
      'mkdir x && tar -xf calico.tar -C x && ' +
        'sed -i \'s/"RepoTags":\\[[^]]*\\]/"RepoTags":null/g\' x/manifest.json && ' +
        'tar -cf calico.tar -C x $(ls x) && rm -r x',
    ],
    { cwd: join(dir, 'images') },
  )
  await t.rejects(makeBundle(spec(dir), c), { code: 'state', message: new RegExp(`image ${CALICO[0] ?? ''}`) })
  t.ok(
    c.lines.includes(
      'not used: images/calico.tar: holds images without a name (5), saved by their ID: docker save -o FILE NAME:TAG',
    ),
    c.lines.join('\n'),
  )
})

t.test('a line for everything that is not used: links, leftovers, papers, doubles', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ALL)
  symlinkSync('/etc/passwd', join(dir, 'link.tar'))
  execFileSync('mkfifo', [join(dir, 'pipe')])
  for (const name of ['.DS_Store', '._calico.tar', 'README.md', 'other.yaml']) writeFileSync(join(dir, name), 'text')
  mkdirSync(join(dir, 'old'))
  copyFileSync(join(dir, 'kubelet'), join(dir, 'old/kubelet'))
  copyFileSync(join(dir, 'kubelet'), join(dir, 'kubelet-v1.17.5'))
  execFileSync('tar', ['-cf', join(dir, 'docs'), '-C', dir, 'README.md'])
  execFileSync('bash', ['-c', 'gzip -c README.md > README.gz'], { cwd: dir })
  await makeBundle(spec(dir), c)
  const said = c.lines.filter((l) => l.startsWith('not used: ')).map((l) => l.slice(10))
  t.same(
    said.map((l) => l.split(': ', 2).join(': ')).sort(),
    [
      '.DS_Store: is a leftover of the system or of an editor',
      '._calico.tar: is a leftover of the system or of an editor',
      'README.gz: is compressed (gzip)',
      'README.md: is not needed in a bundle',
      'cni/LICENSE: is not needed in a bundle',
      'docs: is an archive, but not of images',
      'kubelet-v1.17.5: is a program with an unknown name',
      'kubelet: is there twice',
      'link.tar: is a link, which may lead anywhere',
      'other.yaml: is not a manifest that the Labfile’s kubernetes.cni asks for',
      'pipe: is not a plain file',
    ].sort(),
  )
})

t.test('CNI plugins packed, with and without compression', async (t) => {
  for (const flags of ['-czf', '-cf']) {
    const c = makeContext(t, t.testdir())
    const dir = folderWith(c, ALL)
    execFileSync('tar', [flags, join(dir, 'cni-plugins-linux-v0.8.7.tgz'), '-C', join(dir, 'cni'), '.'])
    rmSync(join(dir, 'cni'), { recursive: true })
    const bundle = await makeBundle(spec(dir), c)
    for (const name of PLUGINS) t.ok(existsSync(join(bundle.dir, 'cni', name)), name)
  }
})

t.test('packages and a runtime of one’s own go along; nothing says where the folder lay', async (t) => {
  const c = makeContext(t)
  const dir = folderWith(c, ALL)
  const deb = `!<arch>\ndebian-binary   rest`
  const rpm = Buffer.from('edabeedb0300', 'hex')
  const [own, other] = amd64 === 'amd64' ? ['amd64', 'arm64'] : ['arm64', 'amd64']
  mkdirSync(join(dir, 'packages'))
  writeFileSync(join(dir, 'packages', `docker.io_20.10.24_${own}.deb`), deb)
  writeFileSync(join(dir, 'packages', 'tzdata_2024a_all.deb'), deb)
  writeFileSync(join(dir, `runc_1.1_${other}.deb`), deb)
  writeFileSync(join(dir, 'epel-release-7-14.noarch.rpm'), rpm)
  for (const name of ['containerd', 'containerd-shim-runc-v2', 'runc'])
    copyFileSync(join(dir, 'kubelet'), join(dir, 'images', name))
  const bundle = await makeBundle(spec(dir), c)
  const files = bundle.manifest.files.map((f) => f.path)
  t.same(
    files.filter((f) => /^(packages|runtime)\//.test(f)),
    [
      `packages/docker.io_20.10.24_${own}.deb`,
      'packages/epel-release-7-14.noarch.rpm',
      'packages/tzdata_2024a_all.deb',
      'runtime/containerd',
      'runtime/containerd-shim-runc-v2',
      'runtime/runc',
    ],
  )
  t.ok(c.lines.includes(`not used: runc_1.1_${other}.deb: is a package for ${other}`), c.lines.join('\n'))
  t.notMatch(readFileSync(join(bundle.dir, 'manifest.json'), 'utf8'), c.dir)
  t.equal(bundle.manifest.provenance['k8s.gcr.io/etcd:3.4.3-0'], 'images/k8s.1.17.5.tar')
  t.equal(bundle.manifest.provenance['klab.local/probe:1'], 'images/calico.tar')
  rmSync(join(dir, 'images', 'containerd-shim-runc-v2'))
  await t.rejects(makeBundle(spec(dir), c), { message: /needs:\n {2}program runtime\/containerd-shim-runc-v2$/ })
})
