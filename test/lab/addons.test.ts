import { rmSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { LabfileError, openLab, StateError, UsageError } from '../../src/index.js'
import { consequencesFor, recordFor } from '../../src/lab/apply.js'
import { requireAddons } from '../../src/lab/addon-check.js'
import { readLab } from '../../src/lab/open.js'
import { addExtraImages } from '../../src/state/extra-images.js'
import { writeRecord, type LabRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const text = (addons: string, bundle = 'source'): string =>
  fourNodes(`kubernetes: { addons: ${addons}, bundle: ${bundle} }\n`)

/** A lab; `up`: recorded, as far as that, with a kubeconfig. */
async function stage(t: Test, labfile: string, up?: Partial<LabRecord>) {
  const world = makeWorld(t, { files: { Labfile: labfile } })
  const open = await readLab(world.env, undefined)
  const { record } = makeRun(world, open.lab)
  if (up) {
    await writeRecord(open.paths.record, { ...record, id: open.id, labfile: open.labfile, ...up })
    writeFileSync(open.paths.kubeconfig, 'x')
  }
  return { world, open, lab: await openLab({ doors: fakeDoors(world) }) }
}

const issues = async (t: Test, labfile: string, up?: Partial<LabRecord>): Promise<string[]> => {
  const { open } = await stage(t, labfile, up)
  const found = { ...open, ...(up && { record: { ...makeRun(makeWorld(t), open.lab).record, ...up } }) }
  const error = await requireAddons(found, root).then(
    () => undefined,
    (e: unknown) => e,
  )
  return error instanceof LabfileError ? error.issues.map((i) => `${i.field}: ${i.message}`) : []
}

t.test('a Labfile’s add-ons: unknown ones, the nearest name, what cannot be built', async (t) => {
  t.same(await issues(t, text('[metrics-server]')), [])
  t.same(await issues(t, text('[metric-server, dashbord]')), [
    'kubernetes.addons[0]: no such add-on: metric-server; did you mean metrics-server?',
    'kubernetes.addons[1]: no such add-on: dashbord; did you mean dashboard?',
  ])
  t.same(await issues(t, text('[ingress]')), [
    'kubernetes.addons[0]: no such add-on: ingress; there are dashboard, metrics-server',
  ])
  const images = ['docker.io/kubernetesui/dashboard:v2.5.1', 'docker.io/kubernetesui/metrics-scraper:v1.0.8']
  const folder = `to { dir: FOLDER } with ${images.join(' and ')} in it`
  t.same(await issues(t, text('[dashboard]')), [
    'kubernetes.addons[0]: dashboard 2.5.1 cannot be built from source: ' +
      `set kubernetes.bundle to upstream, or ${folder}; ` +
      'or bring the lab up without it, then klab bundle add-images with an archive of them',
  ])
  t.match(await issues(t, text('[dashboard]', 'auto')), [
    /bundle auto builds from source where .* set kubernetes.bundle to/,
  ])
  t.same(await issues(t, text('[dashboard]', 'upstream')), [])
  const kept = { bundle: { source: 'upstream', why: 'it answered' } } as const
  t.same(await issues(t, text('[dashboard]', 'auto'), kept), [], 'a lab keeps what its auto became')
})

t.test('validate and plan say it at its place', async (t) => {
  const { lab } = await stage(t, text('[metric-server]'))
  const verbs: (() => Promise<unknown>)[] = [() => lab.validate(), () => lab.plan()]
  for (const verb of verbs)
    await t.rejects(verb(), {
      constructor: LabfileError,
      message: /^\S+:7:24: kubernetes\.addons\[0\]: no such add-on/,
      hint: 'klab addon list shows what there is',
    })
  await t.resolves((await stage(t, text('[metrics-server]'))).lab.validate())
})

t.test('list: for this lab’s version; what is enabled; what cannot be had', async (t) => {
  const { lab } = await stage(t, text('[metrics-server]'))
  t.match(await lab.addons.list(), [
    { name: 'dashboard', version: '2.5.1', enabled: false, image: 'none', problem: /cannot be built from source/ },
    {
      name: 'metrics-server',
      version: '0.5.0',
      enabled: true,
      image: 'make',
      images: ['registry.k8s.io/metrics-server/metrics-server:v0.5.0'],
      problem: null,
    },
  ])
  const plain = await stage(t, fourNodes('kubernetes: false\n'))
  t.match(await plain.lab.addons.list(), [{ version: null, enabled: false, image: 'none', problem: /no cluster/ }, {}])
})

t.test('enable and disable: what is not there, and a lab that is not up far enough', async (t) => {
  const down = await stage(t, text('[]'))
  await t.rejects(down.lab.addons.enable('metrics-server'), { constructor: StateError, message: /is not up/ })
  const { lab } = await stage(t, text('[]'), { completedUntil: 'ready' })
  await t.rejects(lab.addons.enable('metric-server'), {
    constructor: UsageError,
    message: /^addon enable: metric-server: no such add-on; there are dashboard, metrics-server$/,
    hint: 'klab addon enable metrics-server',
  })
  await t.rejects(lab.addons.enable('dashboard'), {
    constructor: StateError,
    message: /^addon enable: dashboard: dashboard 2\.5\.1 cannot be built/,
    hint: /-o dashboard\.tar docker\.io\/kubernetesui\/dashboard:v2\.5\.1 .* klab bundle add-images dashboard\.tar/,
  })
  await t.rejects(lab.addons.disable('metrics-server'), {
    constructor: UsageError,
    message: 'addon disable: metrics-server is not enabled; none is',
  })
  const early = await stage(t, text('[]'), { completedUntil: 'workers' })
  await t.rejects(early.lab.addons.enable('metrics-server'), {
    constructor: StateError,
    message: /^the lab is up to workers only/,
    hint: /^klab up/,
  })
  const plain = await stage(t, fourNodes('kubernetes: false\n'), { completedUntil: 'system' })
  await t.rejects(plain.lab.addons.enable('metrics-server'), { constructor: StateError, message: /no cluster/ })
})

t.test('images that were added to the lab: what cannot be built can be enabled, also in the Labfile', async (t) => {
  const { world, open, lab } = await stage(t, text('[dashboard]'), { completedUntil: 'ready' })
  const [file, sha256] = [`${world.dir}/dashboard.tar`, 'a'.repeat(64)]
  const refs = ['docker.io/kubernetesui/dashboard:v2.5.1', 'kubernetesui/metrics-scraper:v1.0.8']
  const look = async () => (await lab.addons.list())[0]
  writeFileSync(file, 'x')
  await addExtraImages(open.paths, [{ file, sha256, refs: refs.slice(1) }])
  await t.rejects(requireAddons(open, root), {
    message: /with docker\.io\/kubernetesui\/dashboard:v2\.5\.1 in it; or bring/,
  })
  await addExtraImages(open.paths, [{ file, sha256, refs }])
  await t.resolves(requireAddons(open, root))
  t.match(await look(), { name: 'dashboard', image: 'added', problem: null })
  rmSync(file)
  await t.rejects(requireAddons(open, root), { constructor: LabfileError, message: /cannot be built/ })
  t.match(await look(), { image: 'none', problem: /cannot be built/ })
})

t.test('a changed Labfile: applied on the lab that is up; what a killed change brought is removed too', async (t) => {
  const world = makeWorld(t)
  const [none, one, two] = [text('[]'), text('[metrics-server]'), text('[metrics-server, dashboard]')].map(labOf)
  const { record } = makeRun(world, none!)
  for (const [from, to] of [
    [none!, one!],
    [one!, none!],
    [one!, two!],
  ])
    t.match(consequencesFor({ ...record, lab: from! }, to!), [
      { path: 'kubernetes.addons', when: 'now', what: 'add-ons are applied, or removed from the cluster' },
    ])
  t.same(labOf(text('[]')), labOf(fourNodes('kubernetes: { bundle: source }\n')), 'an empty list is none')
  // Killed while `one` was applied; then the Labfile is as it was.
  const cut = { ...record, lab: one!, applying: none! }
  t.same((await recordFor(world, cut, none!)).applying?.kubernetes?.addons, ['metrics-server'])
  t.equal((await recordFor(world, { ...record, lab: none! }, one!)).applying, none)
})
