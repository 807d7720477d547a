import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { ProbeError } from '../../src/errors.js'
import { addonReadySteps } from '../../src/phases/addons-ready.js'
import { addonSteps } from '../../src/phases/addons.js'
import type { Lab } from '../../src/labfile/model.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { planUp } from '../../src/plan/up.js'
import type { LabRun } from '../../src/world.js'
import { failure } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const NAMES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']
const SUM = 'a'.repeat(64)
const ARCHIVE = 'addon.metrics-server.tar'
const lab = (addons: string): Lab => labOf(fourNodes(`kubernetes: { addons: ${addons}, bundle: upstream }\n`))

interface Script {
  readonly addons?: string
  /** The add-ons before a change of the Labfile. */
  readonly before?: string
  /** Whether the bundle has an archive of metrics-server. */
  readonly archive?: boolean
  readonly kubectl?: (args: string) => string | Error
}

/** Guests that keep their marks, and a cluster that answers. */
function stage(t: Test, s: Script = {}) {
  const applied: string[] = []
  const deleted: string[] = []
  const world = makeWorld(t, {
    kubectl: (args, input) => {
      if (args === 'apply --validate=false -f -') return (applied.push(input), '')
      if (args.startsWith('delete --ignore-not-found --wait=false')) return (deleted.push(input), '')
      return s.kubectl?.(args) ?? new Error(`unexpected: ${args}`)
    },
  })
  const plain = makeRun(world, lab(s.addons ?? '[metrics-server]'), { keys: true })
  const file = join(world.dir, 'artifacts/images', ARCHIVE)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'image')
  const files = s.archive === false ? [] : [{ path: `images/${ARCHIVE}`, sha256: SUM, size: 5 }]
  const run: LabRun = {
    ...plain,
    record: { ...plain.record, ...(s.before !== undefined && { applying: lab(s.before) }) },
    artifacts: {
      ...plain.artifacts,
      bundle: async (line) => {
        const made = (await plain.artifacts.bundle(line))!
        return { ...made, manifest: { ...made.manifest, files } }
      },
    },
  }
  const loaded: string[] = []
  // load-images.sh, which leaves its mark.
  world.guests.shell = {
    run: () => Promise.reject(new Error('no command')),
    filter: (node, argv) => {
      const [runtime, sum = ''] = argv.slice(-2)
      const input = new PassThrough()
      let text = ''
      input.on('data', (d: Buffer) => (text += d.toString()))
      const done = new Promise<void>((end) =>
        input.on('end', () => {
          loaded.push(`${node} ${runtime} ${text}`)
          const mark = { content: `${sum}\n`, mode: undefined }
          world.guests.files.get(node)?.set(`/var/lib/klab/done/images-${sum.slice(0, 12)}`, mark)
          end()
        }),
      )
      const output = new PassThrough()
      output.end()
      return Promise.resolve({ input, output, done, kill: () => undefined })
    },
  }
  world.guests.answers.push(({ node, text }) => {
    if (text.includes('/var/lib/klab/done 2>')) {
      const marks = [...(world.guests.files.get(node) ?? [])].filter(([path]) => path.startsWith('/var/lib/klab/done/'))
      return marks.map(([path, f]) => `${path.split('/').at(-1)}:${f.content}`).join('')
    }
    const gone = /done\/\$1" (\S+)$/.exec(text)?.[1]
    if (gone !== undefined) return (world.guests.files.get(node)?.delete(`/var/lib/klab/done/${gone}`), '')
    return undefined
  })
  const lines: string[] = []
  const context = { line: (l: string) => lines.push(l), signal: world.signal }
  const step = () => {
    const asked = () => Promise.resolve(new Map(NAMES.map((n) => [n, true])))
    return addonSteps(run, run.lab.kubernetes!, run.lab.nodes[0]!, { marks: createMarks(run), askNodes: asked })[0]!
  }
  return { world, run, step, context, applied, deleted, loaded, lines }
}

t.test(
  'its image on every node, then the manifest; then it is done, and a node more gets the image alone',
  async (t) => {
    const s = stage(t)
    t.equal(await s.step().done!(s.context), false)
    await s.step().run(s.context)
    t.same(
      s.loaded.toSorted(),
      NAMES.map((n) => `${n} docker image`),
    )
    t.ok(s.lines.includes('k8s-node02: loading registry.k8s.io/metrics-server/metrics-server:v0.5.0'))
    t.equal(s.applied.length, 1)
    t.match(s.applied[0], /image: .?registry\.k8s\.io\/metrics-server\/metrics-server:v0\.5\.0/)
    t.match(s.applied[0], /--metric-resolution=60s[^]*timeoutSeconds: 60/, 'an emulated machine')
    t.equal(await s.step().done!(s.context), true)
    s.world.guests.files.delete('k8s-node03')
    t.equal(await s.step().done!(s.context), false)
    await s.step().run(s.context)
    t.equal(s.loaded.length, 5)
    t.equal(s.applied.length, 1, 'what a trainee has changed by hand stays')
  },
)

t.test('provision applies it again', async (t) => {
  const s = stage(t)
  await s.step().run(s.context)
  const again = s.step()
  await again.again!(s.context)
  await again.run(s.context)
  t.same([s.applied.length, s.loaded.length], [2, 4])
})

t.test('the folder of the bundle has its images among others: nothing is loaded here', async (t) => {
  const s = stage(t, { archive: false })
  await s.step().run(s.context)
  t.same([s.loaded, s.applied.length], [[], 1])
  t.equal(await s.step().done!(s.context), true)
})

t.test('one that the Labfile no longer names is removed, once', async (t) => {
  const s = stage(t)
  await s.step().run(s.context)
  const run = stage(t, { addons: '[dashboard]', before: '[metrics-server]', archive: false })
  for (const [node, files] of s.world.guests.files) run.world.guests.files.set(node, files)
  const step = run.step()
  t.equal(step.title, 'dashboard, metrics-server is removed')
  t.equal(await step.done!(run.context), false)
  await step.run(run.context)
  t.match(run.applied, [/kubernetes-dashboard/])
  t.match(run.deleted, [/kind: APIService/])
  t.equal(await run.step().done!(run.context), true)
})

t.test('no add-ons, no phase; two, and each is waited for', (t) => {
  const plan = (text: string): string[] =>
    planUp(makeRun(makeWorld(t), labOf(fourNodes(text)))).phases.flatMap((p) => p.steps.map((s) => s.id))
  t.same(plan('').slice(-2), ['cni/calico', 'ready/cluster'])
  const two = 'addons: [metrics-server, dashboard]'
  t.same(plan(`kubernetes: { ${two} }\n`).slice(-5), [
    'cni/calico',
    'addons/cluster',
    'ready/cluster',
    'ready/addon-metrics-server',
    'ready/addon-dashboard',
  ])
  t.same(plan(`kubernetes: { cni: none, ${two} }\n`).slice(-2), ['addons/cluster', 'ready/joined'], 'no pod can start')
  t.end()
})

t.test('available: all deployments, and after a while it gives up', async (t) => {
  let asked = 0
  const s = stage(t, {
    addons: '[dashboard]',
    kubectl: (args) => {
      t.match(args, /^-n kubernetes-dashboard get deployments kubernetes-dashboard dashboard-metrics-scraper -o /)
      return `kubernetes-dashboard 1\ndashboard-metrics-scraper ${++asked < 3 ? '' : '1'}\n`
    },
  })
  await addonReadySteps(s.run, s.run.lab.kubernetes!)[0]!.run(s.context)
  t.equal(asked, 3)
  t.same(s.lines, ['not available yet: dashboard-metrics-scraper', 'dashboard available'])
  const never = stage(t, { kubectl: () => 'metrics-server \n' })
  await t.rejects(addonReadySteps(never.run, never.run.lab.kubernetes!)[0]!.run(never.context) as Promise<void>, {
    constructor: ProbeError,
    message: /^metrics-server available: gave up/,
    hint: 'klab kubectl -n kube-system get pods',
  })
})

t.test('metrics-server runs, but its API answers later: only then it is available', async (t) => {
  let asked = 0
  const s = stage(t, {
    kubectl: (args) => {
      if (!args.startsWith('get --raw')) return 'metrics-server 1\n'
      t.equal(args, 'get --raw /apis/metrics.k8s.io/v1beta1/nodes')
      return ++asked < 3
        ? failure('host', ['kubectl'], 1, 'the server is currently unable to handle the request')
        : '{}'
    },
  })
  await addonReadySteps(s.run, s.run.lab.kubernetes!)[0]!.run(s.context)
  t.equal(asked, 3)
  t.same(s.lines, ['metrics-server available'])
})
