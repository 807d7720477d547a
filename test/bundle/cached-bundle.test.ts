/** What check and explain know of a lab's images, with a bundle and without. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { labImages } from '../../src/bundle/cached-bundle.js'
import { kubeadmImages } from '../../src/cluster/images.js'
import { fourNodes, labOf, makeWorld } from '../fakes/world.js'

const kubernetes = (more: string) => {
  const { kubernetes } = labOf(fourNodes(`kubernetes: { ${more} }\n`))
  if (!kubernetes) throw new Error('no Kubernetes')
  return kubernetes
}
const FLANNEL = 'spec: { containers: [{ image: klab.local/flannel:1 }] }\n'

t.test('a folder that is a bundle: what its manifest says, and the images of the lab’s pod network', async (t) => {
  const world = makeWorld(t)
  const dir = join(world.dir, 'b')
  mkdirSync(join(dir, 'manifests'), { recursive: true })
  writeFileSync(join(dir, 'manifests', 'flannel.yaml'), FLANNEL)
  const files = [{ path: 'images/k8s.1.23.17.tar', sha256: 'a'.repeat(64), size: 1 }]
  const manifest = {
    format: 1,
    source: 'dir',
    kubernetes: '1.23.17',
    images: ['r/a:1', 'r/b:1'],
    nodeImages: ['r/b:1'],
    provenance: {},
    files,
  }
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
  const known = { all: ['r/a:1', 'r/b:1'], node: ['r/b:1'], archives: ['images/k8s.1.23.17.tar'] }
  t.same(await labImages(kubernetes(`bundle: { dir: ${dir} }, cni: flannel`), world.layers), {
    ...known,
    cni: ['klab.local/flannel:1'],
  })
  t.same(await labImages(kubernetes(`bundle: { dir: ${dir} }, cni: none`), world.layers), { ...known, cni: [] })
})

t.test('no bundle yet: kubeadm’s images from the version table, and those of one’s own manifest', async (t) => {
  const world = makeWorld(t)
  const own = join(world.dir, 'own.yaml')
  writeFileSync(own, FLANNEL)
  t.same(await labImages(kubernetes('bundle: upstream'), world.layers), {
    ...kubeadmImages('1.23.17'),
    cni: [],
    archives: [],
  })
  t.same((await labImages(kubernetes(`bundle: upstream, cni: { manifest: ${own} }`), world.layers)).cni, [
    'klab.local/flannel:1',
  ])
})
