import { join } from 'node:path'
import t from 'tap'
import { addonArchive } from '../../src/addons/addon.js'
import { makeBundle, type BundleFor } from '../../src/bundle/ensure.js'
import { verifyBundle } from '../../src/bundle/manifest.js'
import { amd64, courseServers, without } from './fixtures/course.js'
import { networkNamed } from './fixtures/programs.js'
import { push } from './fixtures/servers.js'
import { refs } from './fixtures/user-folder.js'
import { makeContext } from './fixtures/world.js'

// The machine may be busy with other tests.
t.setTimeout(300_000)

t.test('upstream, aliyun: images of add-ons come with the others, in archives of their own', async (t) => {
  const servers = await courseServers(t, t.testdir({ servers: {}, push: {} }))
  const c = makeContext(t, join(t.testdirName, 'servers'))
  const images = {
    'metrics-server': ['registry.k8s.io/metrics-server/metrics-server:v0.5.0'],
    dashboard: ['docker.io/kubernetesui/dashboard:v2.1.0', 'docker.io/kubernetesui/metrics-scraper:v1.0.6'],
  }
  const names = [
    'k8s/metrics-server/metrics-server:v0.5.0',
    'google_containers/metrics-server:v0.5.0',
    ...images.dashboard.map((ref) => `hub/${without(ref)}`),
  ]
  for (const name of names) await push(join(t.testdirName, 'push'), servers.hub.direct, name, { arch: amd64 })
  for (const source of ['upstream', 'aliyun'] as const) {
    const k: BundleFor = {
      version: '1.17.5',
      cni: networkNamed('flannel'),
      bundle: { source, mirrors: servers.mirrors(source) },
    }
    const plain = await makeBundle(k, c)
    const bundle = await makeBundle({ ...k, addons: Object.keys(images) }, c)
    for (const [name, wanted] of Object.entries(images)) t.same(await refs(bundle.dir, addonArchive(name)), wanted)
    t.not(bundle.key, plain.key)
    t.equal(bundle.plainKey, plain.key)
    t.same((await verifyBundle(bundle.dir)).problems, [])
  }
})
