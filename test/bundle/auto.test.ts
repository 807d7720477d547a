import { join } from 'node:path'
import t from 'tap'
import { chooseBundle, eitherBundle } from '../../src/bundle/choose.js'
import { makeBundle, type BundleFor } from '../../src/bundle/ensure.js'
import { endlessClock } from '../fakes/clock.js'
import { courseServers } from './fixtures/course.js'
import { makeContext } from './fixtures/world.js'

t.setTimeout(300_000)

t.test('a registry that dies half-way: all of it from source; when it is back, upstream goes on', async (t) => {
  const dir = t.testdir({ servers: {}, own: {} })
  const servers = await courseServers(t, join(dir, 'servers'))
  const c = makeContext(t, join(dir, 'own'))
  const bundle = { source: 'auto', mirrors: servers.mirrors('upstream') } as const
  const k = { version: '1.17.5', cni: 'flannel', bundle } as const
  const choice = await chooseBundle(k, { ...c, clock: endlessClock })
  t.same(choice, { source: 'upstream', why: `${servers.files.at} and ${servers.hub.at} answer` })
  servers.hub.faults = (path) => (path.includes('/k8s/etcd/blobs/') ? 'cut' : undefined)
  const asked: string[] = []
  const either = () =>
    eitherBundle<BundleFor, Awaited<ReturnType<typeof makeBundle>> | undefined>(k, choice, {
      make: async (settled) => {
        asked.push(settled.bundle.source)
        return settled.bundle.source === 'source' ? undefined : makeBundle(settled, c)
      },
      mayChange: () => Promise.resolve(true),
      say: () => undefined,
    })
  t.match(await either(), { choice: { source: 'source', why: /broke off: .*etcd.*tried 5 times/ }, bundle: undefined })
  t.same(asked, ['upstream', 'source'])
  t.same(await c.layers.list(), [], 'no half of a bundle')
  servers.hub.faults = () => undefined
  const before = servers.hub.seen.length
  t.match(await either(), { choice, bundle: { manifest: { source: 'upstream' } } })
  t.notOk(
    servers.hub.seen.slice(before).some((p) => p.includes('kube-apiserver')),
    'only what was missing',
  )
})
