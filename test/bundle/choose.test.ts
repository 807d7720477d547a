import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { chooseBundle, eitherBundle } from '../../src/bundle/choose.js'
import { makeBundle, type BundleFor } from '../../src/bundle/ensure.js'
import { CorruptError, HostError, Interrupted, StateError } from '../../src/errors.js'
import type { Clock } from '../../src/host/types.js'
import type { AutoSource, BundleChoice, Mirrors } from '../../src/labfile/model.js'
import { amd64 } from './fixtures/user-folder.js'
import { createFakeClock, endlessClock } from '../fakes/clock.js'
import { makeContext } from './fixtures/world.js'

type Spec = BundleFor & { readonly bundle: AutoSource }
const spec = (mirrors: Mirrors): Spec => ({ version: '1.17.5', cni: 'flannel', bundle: { source: 'auto', mirrors } })

/** Path → what it gives; `hang`: no answer, ever. */
type Answers = Record<string, [status: number, text: string] | 'hang'>

async function server(t: Test, answers: Answers, seen: string[]): Promise<string> {
  const me = createServer((req, res) => {
    seen.push(req.url ?? '')
    const answer = answers[req.url ?? ''] ?? [404, 'no such page']
    if (answer !== 'hang') res.writeHead(answer[0]).end(answer[1])
  }).listen(0, '127.0.0.1')
  await once(me, 'listening')
  t.teardown(() => {
    me.closeAllConnections()
    me.close()
  })
  return `127.0.0.1:${(me.address() as AddressInfo).port}`
}

/** A clock on which 3 s pass when `late` is called; never otherwise. */
function patience() {
  let late: () => void = () => undefined
  const over = new Promise<void>((resolve) => (late = resolve))
  const slept: number[] = []
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    slept.push(ms)
    return new Promise((resolve, reject) => {
      void over.then(resolve)
      signal?.addEventListener('abort', () => reject(new Interrupted()), { once: true })
    })
  }
  return { clock: { ...createFakeClock(), sleep }, late: () => late(), slept }
}

const KUBEADM = `/v1.17.5/bin/linux/${amd64}/kubeadm`
const PROGRAM: [number, string] = [200, `\x7fELF${'x'.repeat(100_000)}`]

async function both(t: Test, release: Answers, registry: Answers, seen: string[] = []) {
  const [a, b] = [await server(t, release, seen), await server(t, registry, seen)]
  return { a, b, k: spec({ release: `http://${a}`, registries: { 'registry.k8s.io': `${b}/k8s` } }) }
}

/** A context whose skopeo is there, whatever this machine has. */
function context(t: Test, clock: Clock = endlessClock) {
  const c = makeContext(t)
  return { ...c, clock, exec: { ...c.exec, which: () => Promise.resolve<string | undefined>('/usr/bin/skopeo') } }
}

t.test('both answer: upstream, and the line names them', async (t) => {
  const { a, b, k } = await both(t, { [KUBEADM]: PROGRAM }, { '/v2/': [200, '{}'] })
  t.same(await chooseBundle(k, context(t)), { source: 'upstream', why: `${a} and ${b} answer` })
})

t.test('a registry that asks who it is answers too', async (t) => {
  const { k } = await both(t, { [KUBEADM]: PROGRAM }, { '/v2/': [401, '{"errors":[]}'] })
  t.match(await chooseBundle(k, context(t)), { source: 'upstream' })
})

t.test('silence: source after 3 s, one limit for both, which are asked side by side', async (t) => {
  const seen: string[] = []
  const { a, b, k } = await both(t, { [KUBEADM]: 'hang' }, { '/v2/': 'hang' }, seen)
  const p = patience()
  const choice = chooseBundle(k, context(t, p.clock))
  while (seen.length < 2) await new Promise((next) => setTimeout(next, 5))
  p.late()
  t.same(await choice, {
    source: 'source',
    why: `${a} did not answer within 3 s, ${b} did not answer within 3 s`,
  })
  t.same(p.slept, [3000])
  t.same(seen.toSorted(), [KUBEADM, '/v2/'].toSorted())
})

t.test('nobody there, a log-in page, a release that is not there: source', async (t) => {
  const c = context(t)
  const nobody = await chooseBundle(
    spec({ release: 'http://127.0.0.1:1', registries: { 'registry.k8s.io': '127.0.0.1:1/k8s' } }),
    c,
  )
  t.match(nobody, {
    source: 'source',
    why: /^127\.0\.0\.1:1 cannot be reached \(.+\), 127\.0\.0\.1:1 cannot be reached \(.+\)$/,
  })
  const page: [number, string] = [200, '<html>Welcome to the hotel</html>']
  const hotel = await both(t, { [KUBEADM]: page }, { '/v2/': page })
  t.match(await chooseBundle(hotel.k, c), {
    source: 'source',
    why: `${hotel.a} gave an unexpected answer (200), ${hotel.b} gave an unexpected answer (200)`,
  })
  const gone = await both(t, {}, { '/v2/': [200, '{}'] })
  t.match(await chooseBundle(gone.k, c), {
    source: 'source',
    why: `${gone.a} gave an unexpected answer (404)`,
  })
})

t.test('without skopeo nobody is asked; Ctrl-C is no answer', async (t) => {
  const { k } = await both(t, {}, {})
  const c = context(t)
  t.match(await chooseBundle(k, { ...c, exec: { ...c.exec, which: () => Promise.resolve(undefined) } }), {
    source: 'source',
    why: /^skopeo.* is not installed$/,
  })
  await t.rejects(chooseBundle(k, { ...c, signal: AbortSignal.abort() }), Interrupted)
})

t.test('what is in the cache is taken, and nobody is asked', async (t) => {
  const c = context(t)
  const k = spec({ release: 'http://127.0.0.1:1', registries: { 'registry.k8s.io': '127.0.0.1:1/k8s' } })
  const keep = (source: 'upstream' | 'source') =>
    makeBundle(
      { ...k, bundle: source === 'source' ? { source } : { source, mirrors: {} } },
      {
        ...c,
        layers: {
          ...c.layers,
          build: (key) =>
            c.layers.build(key, (dir) => {
              mkdirSync(dir, { recursive: true })
              const manifest = { format: 1, source, kubernetes: '1.17.5', images: [], nodeImages: [], provenance: {} }
              writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ ...manifest, files: [] }))
              return Promise.resolve()
            }),
        },
      },
    )
  await keep('source')
  t.same(await chooseBundle(k, c), { source: 'source', why: 'it is in the cache' })
  await keep('upstream')
  t.same(await chooseBundle(k, c), { source: 'upstream', why: 'it is in the cache' })
})

t.test('servers that break off: all of it from source, where that may be', async (t) => {
  const upstream: BundleChoice = { source: 'upstream', why: 'they answer' }
  const broken = new StateError('r.example/etcd:3.4.3-0: the connection broke (tried 5 times)')
  const go = async (o: { error?: Error; mayChange?: boolean; choice?: BundleChoice; said?: string[] }) => {
    const asked: string[] = []
    const made = await eitherBundle<BundleFor, string>(spec({ github: 'https://g.example' }), o.choice ?? upstream, {
      make: (k) => {
        asked.push(JSON.stringify(k.bundle))
        return k.bundle.source === 'source' ? Promise.resolve('built') : Promise.reject(o.error ?? broken)
      },
      mayChange: () => Promise.resolve(o.mayChange ?? true),
      say: (line) => o.said?.push(line),
    })
    return { ...made, asked }
  }
  const said: string[] = []
  t.same(await go({ said }), {
    bundle: 'built',
    choice: { source: 'source', why: `upstream broke off: ${broken.message}` },
    asked: ['{"source":"upstream","mirrors":{"github":"https://g.example"}}', '{"source":"source"}'],
  })
  t.same(said, [`bundle source: upstream broke off: ${broken.message}`])
  await t.rejects(go({ mayChange: false }), broken, 'a lab that is there stays with what it is made of')
  for (const error of [new CorruptError('another sum'), new HostError('the disk is full'), new Interrupted()])
    await t.rejects(go({ error }), error, 'nothing that source would not meet too, or that somebody must look at')
  t.same((await go({ choice: { source: 'source', why: 'x' } })).asked, ['{"source":"source"}'])
})
