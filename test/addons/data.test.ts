/** Every add-on of cloud-init/addons/: its data fits its manifest, klab's versions, and a lab without internet. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { addonManifest, addonNames, imagesOfAddon, readAddon, releaseFor, releasesFor } from '../../src/addons/addon.js'
import { shortName } from '../../src/bundle/archive/image-ref.js'
import { readComponent } from '../../src/bundle/source/component.js'
import { fillAddon } from '../../src/cluster/addon-manifest.js'
import { imageUses, manifestFetches } from '../../src/cluster/image-uses.js'
import { UsageError } from '../../src/errors.js'
import { knownMinors } from '../../src/versions/kubernetes.js'
import { SOURCE_VERSIONS } from '../../src/versions/source.js'
import { root } from '../fakes/world.js'

interface Thing {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const PROFILES = ['normal', 'slow-host'] as const
const names = await addonNames(root)

t.test('there are some, by name', (t) => {
  t.same(names, ['dashboard', 'metrics-server'])
  t.end()
})

for (const name of names)
  t.test(name, async (t) => {
    const addon = await readAddon(root, name)
    const text = await addonManifest(root, name)
    t.match(addon.course, /^1\.3\.\d$/)
    for (const minor of knownMinors) t.ok(releaseFor(addon, `1.${minor}.0`), `there is a release for 1.${minor}`)
    for (const of of addon.releases) {
      const release = { ...of, name, contents: addon.contents }
      for (const profile of PROFILES) {
        const values = Object.fromEntries(Object.entries(addon.settings).map(([key, by]) => [key, by[profile]]))
        const filled = fillAddon(text, { name, images: of.images, values, patient: profile === 'slow-host' })
        t.notMatch(filled, /@[A-Z]/, 'every place is filled in')
        t.same(manifestFetches(filled), [], 'nothing that a node without internet would download')
        t.same([...new Set(imageUses(filled).map((u) => u.image))], imagesOfAddon(release))
        for (const use of imageUses(filled)) t.equal(use.policy, 'IfNotPresent')
        const docs = parseAllDocuments(filled)
        for (const d of docs) t.same(d.errors, [])
        const things = docs.map((d) => d.toJS() as Thing)
        const ids = things.map((o) => `${o.kind} ${o.metadata.namespace ?? ''}/${o.metadata.name}`)
        t.equal(new Set(ids).size, ids.length, 'no object twice')
        for (const o of things) t.notMatch(o.apiVersion, /alpha|beta/, `${o.kind}: an API of all versions from 1.17 on`)
        for (const d of addon.ready.deployments) t.ok(ids.includes(`Deployment ${addon.ready.namespace}/${d}`), d)
        t.ok(filled.includes('kubernetes.io/os: linux'))
      }
      for (const ref of imagesOfAddon(release)) t.match(ref, /^[a-z0-9.]+\.[a-z]+\/.+:v[\d.]+$/, 'host and tag')
      for (const folder of Object.values(of.components)) {
        t.equal((await readComponent(root, folder)).version, `v${of.version}`, 'the component is this release')
        for (const ref of imagesOfAddon(release)) t.ok(addon.contents[shortName(ref)], `${ref}: what is in it`)
      }
    }
    t.ok(
      addon.releases.some((r) => imagesOfAddon({ ...r, name, contents: {} }).some((i) => i.endsWith(`:v${r.version}`))),
    )
  })

t.test('metrics-server can be built for every version with a recipe; the dashboard cannot', async (t) => {
  for (const version of SOURCE_VERSIONS) {
    const [metrics, dashboard] = await releasesFor(root, { version, addons: ['metrics-server', 'dashboard'] })
    t.same(Object.values(metrics!.components), [`metrics-server-${metrics!.version}`], version)
    t.same(dashboard!.components, {})
  }
})

t.test('metrics-server takes kubelets’ own certificates, and asks less often on a slow host', async (t) => {
  const text = await addonManifest(root, 'metrics-server')
  t.match(text, /# A kubelet that kubeadm set up signs its own certificate[^]*--kubelet-insecure-tls/)
  const { settings } = await readAddon(root, 'metrics-server')
  t.same(settings['RESOLUTION'], { normal: '15s', 'slow-host': '60s' })
})

t.test('a third add-on is a folder: no code names it', async (t) => {
  const assets = t.testdir()
  cpSync(join(root, 'cloud-init/addons'), join(assets, 'cloud-init/addons'), { recursive: true })
  cpSync(join(root, 'cloud-init/addons/dashboard'), join(assets, 'cloud-init/addons/web'), { recursive: true })
  t.same(await addonNames(assets), ['dashboard', 'metrics-server', 'web'])
  const [web] = await releasesFor(assets, { version: '1.23.17', addons: ['web'] })
  t.match(web, { name: 'web', version: '2.5.1' })
})

t.test('no such add-on, no such Kubernetes', async (t) => {
  await t.rejects(releasesFor(root, { version: '1.23.17', addons: ['x'] }), {
    constructor: UsageError,
    message: 'x: no such add-on; there are dashboard, metrics-server',
  })
  await t.rejects(releasesFor(root, { version: '1.16.0', addons: ['dashboard'] }), {
    constructor: UsageError,
    message: /^dashboard: klab knows no release of it for Kubernetes 1\.16\.0, only from 1\.17 on$/,
  })
  t.same(await releasesFor(root, { version: '1.23.17' }), [])
})
