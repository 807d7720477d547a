import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { releasesFor } from '../../src/addons/addon.js'
import { addonsInKey } from '../../src/bundle/addons-in-key.js'
import { bundleRefs } from '../../src/bundle/archive/archive-refs.js'
import { addonGaps } from '../../src/bundle/completeness.js'
import { makeBundle } from '../../src/bundle/ensure.js'
import { planSource, sourceKey } from '../../src/bundle/source/bundle.js'
import { packImages } from '../../src/bundle/source/pack.js'
import { CorruptError, StateError } from '../../src/errors.js'
import { requireFolder } from '../../src/lab/bundle-folder.js'
import { labOf } from '../fakes/world.js'
import { amd64, folderMaker, refs, spec } from './fixtures/user-folder.js'
import { archive } from './fixtures/images.js'
import { exec, makeContext, root } from './fixtures/world.js'

t.setTimeout(600_000)
const { folderWith, stock } = folderMaker(t)
const DASHBOARD = ['docker.io/kubernetesui/dashboard:v2.1.0', 'docker.io/kubernetesui/metrics-scraper:v1.0.6']
const flannel = [{ name: 'flannel' }] as const

t.test('source: the component, and a key of its own; without add-ons the key is as it was', async (t) => {
  const version = '1.23.17'
  const addons = await releasesFor(root, { version, addons: ['metrics-server'] })
  const plain = { version, cni: flannel }
  const [without, with_] = [await planSource(root, plain), await planSource(root, { ...plain, addons })]
  t.equal(with_.components.get('metrics-server')?.name, 'metrics-server-0.5.0')
  t.notOk(without.components.has('metrics-server'))
  const key = await sourceKey(root, without, plain, 'amd64')
  t.not(await sourceKey(root, with_, { ...plain, addons }, 'amd64'), key)
  t.same(addonsInKey(), {})
  t.same(addonsInKey([]), {})
})

t.test('source: what cannot be built is in no bundle, and in no key', async (t) => {
  const c = makeContext(t)
  const keys: string[] = []
  const build = (key: string) => Promise.reject(new StateError((keys.push(key), 'enough')))
  const k = { version: '1.23.17', cni: 'flannel', bundle: { source: 'source' } } as const
  for (const addons of [undefined, ['dashboard'], ['metrics-server'], ['dashboard', 'metrics-server']])
    await t.rejects(makeBundle({ ...k, addons }, { ...c, layers: { ...c.layers, build } }), { message: 'enough' })
  t.same([keys[1], keys[3]], [keys[0], keys[2]])
  t.not(keys[2], keys[0])
})

const skip = (await exec.which('dpkg-deb')) ? false : 'no dpkg on this machine'

t.test('source: the image holds the program alone, under the name that bundles use', { skip }, async (t) => {
  const c = makeContext(t)
  const [release] = await releasesFor(root, { version: '1.23.17', addons: ['metrics-server'] })
  for (const dir of ['m', 'work', 'root/DEBIAN', 'root/bin']) mkdirSync(join(c.dir, dir), { recursive: true })
  writeFileSync(join(c.dir, 'm/metrics-server'), 'program')
  writeFileSync(join(c.dir, 'root/bin/busybox'), 'B')
  const control = 'Package: busybox\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example>\nDescription: x\n'
  writeFileSync(join(c.dir, 'root/DEBIAN/control'), control)
  await exec.run(['dpkg-deb', '--root-owner-group', '--build', join(c.dir, 'root'), join(c.dir, 'x.deb')])
  const folders = new Map([['metrics-server', join(c.dir, 'm')]])
  const gathered = { folders, root: [join(c.dir, 'x.deb')], provenance: {} }
  const packing = { arch: amd64, work: join(c.dir, 'work'), debian: 'bookworm' }
  const names = Object.values(release!.images)
  const [image] = await packImages(c, names, gathered, { ...packing, contents: release!.contents })
  t.match(image, { ref: names[0], entrypoint: ['/metrics-server'] })
  t.equal(image!.layers.length, 1, 'not the small Debian root')
  await t.rejects(packImages(c, names, gathered, packing), { constructor: CorruptError, message: /has no image/ })
  await t.rejects(packImages(c, names, gathered, { ...packing, contents: { x: { program: 1 } } }), {
    message: /^contents of an add-on: x: /,
  })
})

t.test('a folder: the images of an add-on are in an archive of their own, or named as missing', async (t) => {
  const c = makeContext(t)
  await archive(stock, join(stock, 'dashboard.tar'), DASHBOARD, amd64)
  const dir = folderWith(c, ['k8s.1.17.5.tar', 'flannel.tar', 'dashboard.tar'])
  const wanted = { ...spec(dir, 'flannel'), addons: ['dashboard'] }
  const plain = await makeBundle(spec(dir, 'flannel'), c)
  t.equal(plain.plainKey, undefined)
  t.same(await refs(plain.dir, 'cni.extra.tar'), DASHBOARD, 'nobody wants them: they go onto the nodes all the same')
  const bundle = await makeBundle(wanted, c)
  t.same(await refs(bundle.dir, 'addon.dashboard.tar'), DASHBOARD)
  t.not(bundle.key, plain.key)
  t.equal(bundle.plainKey, plain.key, 'what is baked into nodes goes by the same key')
  const addons = await releasesFor(root, { version: '1.17.5', addons: ['dashboard'] })
  t.same(await addonGaps(bundle.dir, addons), [])

  // As a complete bundle, used in place.
  const inPlace = await makeBundle({ ...wanted, bundle: { source: 'dir', path: bundle.dir } }, c)
  t.equal(inPlace.dir, bundle.dir)
  t.ok(inPlace.plainKey)
  t.ok((await bundleRefs(inPlace.dir)).includes(DASHBOARD[0]!))

  const short = folderWith(c, ['k8s.1.17.5.tar', 'flannel.tar'])
  await t.rejects(makeBundle({ ...spec(short, 'flannel'), addons: ['dashboard'] }, c), {
    message: new RegExp(`needs:\n  image ${DASHBOARD[0]}\n  image ${DASHBOARD[1]}$`),
  })
  const k = `{ version: 1.17.5, cni: flannel, addons: [dashboard], bundle: { dir: ${short} } }`
  const labfile = join(c.dir, 'Labfile')
  writeFileSync(labfile, `name: x\nnodes:\n  - { name: a, ip: 192.168.31.61 }\nkubernetes: ${k}\n`)
  await t.rejects(requireFolder(labOf(readFileSync(labfile, 'utf8')), labfile, root), {
    message: /kubernetes\.bundle\.dir: \S+: lacks [^]*\n {2}image docker\.io\/kubernetesui\/dashboard:v2\.1\.0/,
  })
  const other = { ...addons[0]!, images: { x: 'r.example/x:v1' } }
  t.same(await addonGaps(bundle.dir, [other]), ['image r.example/x:v1 for dashboard'])
})
