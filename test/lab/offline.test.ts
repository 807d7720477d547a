/** A lab without internet whose manifest makes nodes fetch: validate, plan and up say so before anything is made. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { LabfileError } from '../../src/errors.js'
import { labWith } from '../../src/lab/facade.js'
import { exec } from '../bundle/fixtures/world.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, makeWorld } from '../fakes/world.js'

const SUM = `sha256:${'a'.repeat(64)}`
const MANIFEST = `spec:
  containers:
    - { image: own/a }
    - { image: own/b:1, imagePullPolicy: Always }
    - { image: own/c@${SUM} }
    - { image: own/held:1 }
    - { image: own/lost:1 }
`

/** A lab whose bundle is a folder with these images in one archive. */
async function open(t: Test, { internet, held }: { readonly internet: boolean; readonly held: readonly string[] }) {
  const world = makeWorld(t)
  const [bundle, parts] = [join(world.dir, 'b'), join(world.dir, 'parts')]
  for (const dir of [bundle, parts]) mkdirSync(dir)
  writeFileSync(join(parts, 'manifest.json'), JSON.stringify([{ Config: 'c', RepoTags: held, Layers: [] }]))
  writeFileSync(join(parts, 'c'), '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')
  await exec.run(['tar', 'cf', join(bundle, 'own.tar'), '-C', parts, 'manifest.json', 'c'])
  writeFileSync(join(world.dir, 'own.yaml'), MANIFEST)
  const kubernetes = 'kubernetes: { bundle: { dir: b }, cni: { manifest: own.yaml } }\n'
  writeFileSync(join(world.dir, 'Labfile'), fourNodes(`${kubernetes}network: { internet: ${internet} }\n`))
  return { world, lab: labWith({ doors: fakeDoors(world), file: undefined, report: () => undefined }) }
}

const at = 'Labfile:7:52: kubernetes.cni.manifest:'
const FETCHES = [
  `${at} own/a (line 3): latest means imagePullPolicy Always: name a tag, or set imagePullPolicy: IfNotPresent`,
  `${at} own/b:1 (line 4): imagePullPolicy is Always: set it to IfNotPresent`,
  `${at} own/c@${SUM} (line 5): a loaded archive has no digests: drop the digest, and name a tag`,
]
const LACKS = ['own/a', 'own/b:1', 'own/lost:1'].map((ref) => `${at} ${ref}: the bundle lacks it`)

t.test('without internet: everything that would be fetched, and every image that the bundle lacks', async (t) => {
  const { world, lab } = await open(t, { internet: false, held: ['own/held:1'] })
  for (const verb of [() => lab.validate(), () => lab.plan(), () => lab.up()])
    await t.rejects(() => Promise.resolve(verb()), {
      constructor: LabfileError,
      message: [...FETCHES, ...LACKS].map((line) => `${world.dir}/${line}`).join('\n'),
      hint: /^change the manifest .*; add the images to the bundle$/,
    })
  t.same(await world.hypervisor.list(), [])
})

t.test('with internet nodes may fetch, and a digest is theirs to fetch', async (t) => {
  const { lab, world } = await open(t, { internet: true, held: ['own/held:1'] })
  await t.rejects(lab.validate(), { message: LACKS.map((line) => `${world.dir}/${line}`).join('\n') })
  const all = await open(t, { internet: true, held: ['own/held:1', 'own/a', 'own/b:1', 'own/lost:1'] })
  // What else the folder lacks is another matter.
  const left = await all.lab.validate().then(() => '', String)
  t.match(left, /lacks what Kubernetes/)
  t.notMatch(left, /image own\//)
})
