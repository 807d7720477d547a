import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CorruptError, StateError, UsageError } from '../../src/errors.js'
import { cniManifest, requireCniImages } from '../../src/network/cni-manifest.js'
import { imageSteps } from '../../src/phases/image.js'
import { exec } from '../bundle/fixtures/world.js'
import { fourNodes, labOf, makeRun, makeWorld, type RunChoice } from '../fakes/world.js'

const CALICO = readFileSync(new URL('../fixtures/calico/calico.yaml', import.meta.url), 'utf8')
const IMAGES = ['calico/cni:v3.14.2', 'docker.io/calico/node:v3.14.2', 'calico/kube-controllers:v3.14.2']
const OWN = 'kind: Pod\nspec: { containers: [{ image: own/cni:1 }, { image: own/agent:2 }] }\n'

/** A run whose bundle has calico.yaml and these images, each in an archive of its own. */
async function stage(t: Test, cni: string, images: readonly string[], o: RunChoice = {}) {
  const world = makeWorld(t)
  const dir = join(world.dir, 'artifacts')
  for (const folder of ['manifests', 'images', 'stage']) mkdirSync(join(dir, folder), { recursive: true })
  writeFileSync(join(dir, 'manifests', 'calico.yaml'), CALICO)
  writeFileSync(join(world.dir, 'own.yaml'), OWN)
  for (const [i, ref] of images.entries()) {
    writeFileSync(join(dir, 'stage', 'manifest.json'), JSON.stringify([{ Config: 'c', RepoTags: [ref], Layers: [] }]))
    writeFileSync(
      join(dir, 'stage', 'c'),
      '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
    )
    await exec.run(['tar', 'cf', join(dir, 'images', `${i}.tar`), '-C', join(dir, 'stage'), 'manifest.json', 'c'])
  }
  const lab = labOf(
    fourNodes(
      `kubernetes: { version: 1.17.5, bundle: { dir: b }, cni: ${cni.replace('OWN', join(world.dir, 'own.yaml'))} }\n`,
    ),
  )
  return { world, run: makeRun(world, lab, o), k: lab.kubernetes! }
}

const context = { line: () => undefined, signal: new AbortController().signal }
const CNI = '{ name: calico, version: 3.14.2, encapsulation: vxlan }'

t.test('calico: the bundle’s manifest for this lab; under emulation with patient probes', async (t) => {
  const slow = await stage(t, CNI, IMAGES)
  const text = await cniManifest(slow.run, slow.k)
  for (const part of ['value: 10.81.0.0/16', 'value: interface=lab0', 'calico_backend: "vxlan"', 'timeoutSeconds: 60'])
    t.match(text, part)
  const fast = await stage(t, CNI, IMAGES, { accel: 'kvm' })
  t.notMatch(await cniManifest(fast.run, fast.k), 'timeoutSeconds')
})

t.test(
  'images: the bundle’s may have the other of an image’s two names; each one that is missing is named',
  async (t) => {
    const all = await stage(t, CNI, IMAGES)
    await requireCniImages(all.run, all.k)
    const lacking = await stage(t, CNI, IMAGES.slice(0, 1))
    await t.rejects(requireCniImages(lacking.run, lacking.k), {
      constructor: StateError,
      message:
        'the bundle lacks images that Calico 3.14.2 (vxlan) needs:\n  calico/node:v3.14.2\n' +
        '  calico/kube-controllers:v3.14.2',
    })
  },
)

t.test('a manifest of one’s own is applied as it is, its images must be in the bundle', async (t) => {
  const s = await stage(t, '{ manifest: OWN }', ['own/cni:1'])
  t.equal(await cniManifest(s.run, s.k), OWN)
  await t.rejects(requireCniImages(s.run, s.k), {
    constructor: StateError,
    message: /own\.yaml needs:\n {2}own\/agent:2$/,
  })
  const gone = await stage(t, '{ manifest: /none/there.yaml }', [])
  await t.rejects(requireCniImages(gone.run, gone.k), {
    constructor: UsageError,
    message: /there\.yaml cannot be read/,
  })
})

t.test('a bundle without the manifest, and one with another Calico', async (t) => {
  const flannel = await stage(t, 'flannel', [])
  await t.rejects(cniManifest(flannel.run, flannel.k), {
    constructor: CorruptError,
    message: /no manifest for flannel/,
  })
  const other = await stage(t, '{ name: calico, version: 3.13.5 }', IMAGES)
  await t.rejects(cniManifest(other.run, other.k), {
    constructor: CorruptError,
    message: /is Calico 3\.14\.2, the Labfile wants 3\.13\.5/,
  })
})

t.test(
  'all of that is said in phase image, before any machine; not when the run ends before the pod network',
  async (t) => {
    const bundle = async (until: NonNullable<RunChoice['until']>) => {
      const s = await stage(t, CNI, [], { until })
      return imageSteps(s.run).find((step) => step.id === 'image/bundle')!
    }
    await t.rejects((await bundle('ready')).run(context), StateError)
    t.equal(await (await bundle('workers')).run(context), 'cached')
    const none = await stage(t, 'none', [])
    t.equal(await imageSteps(none.run)[1]!.run(context), 'cached')
  },
)

t.test('the Calico of a bundle folder is taken as it is, and told', async (t) => {
  const said: string[] = []
  const open = await stage(t, '{ name: calico, encapsulation: vxlan }', IMAGES)
  await requireCniImages(open.run, open.k, (line) => said.push(line))
  t.same(said, ['the folder’s calico.yaml is Calico 3.14.2: used'])
  t.match(await cniManifest(open.run, open.k), 'value: interface=lab0', 'by what it is, not by the table’s newest')
  const other = { ...open.k, version: '1.23.17' }
  await requireCniImages(open.run, other, (line) => said.push(line))
  t.match(said[1], /Calico 3\.14\.2: used, although Calico 3\.14\.2 is made for Kubernetes 1\.16 to 1\.18, not 1\.23/)
  const named = await stage(t, '{ name: calico, version: 3.15.5 }', IMAGES)
  await t.rejects(requireCniImages(named.run, named.k), { message: /is Calico 3\.14\.2, the Labfile wants 3\.15\.5/ })
})
