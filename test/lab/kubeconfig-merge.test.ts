import { existsSync, mkdirSync, readdirSync, readFileSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { openLab } from '../../src/index.js'
import { writeRecord } from '../../src/state/record.js'
import { fakeDoors } from '../fakes/doors.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const OTHER = `# mine
apiVersion: v1
kind: Config
current-context: work
clusters:
  - name: work # of the company
    cluster: { server: https://work.example }
users:
  - name: me
    user: { token: secret }
contexts:
  - name: work
    context: { cluster: work, user: me }
`

interface Kubeconfig {
  readonly 'current-context': string
  readonly clusters: readonly { name: string; cluster: { server: string } }[]
  readonly users: readonly { name: string }[]
  readonly contexts: readonly { name: string; context: object }[]
}

async function open(t: Test, kubeconfig?: string) {
  const world = makeWorld(t, { files: { Labfile: fourNodes() } })
  const run = makeRun(world, labOf(fourNodes()))
  await writeRecord(run.paths.record, run.record)
  const lab = await openLab({ doors: fakeDoors(world) })
  const own = (port: number): void =>
    writeFileSync(
      run.paths.kubeconfig,
      stringify({
        clusters: [{ name: 'x', cluster: { server: `https://127.0.0.1:${port}` } }],
        users: [{ name: 'y', user: { 'client-key-data': 'K' } }],
      }),
    )
  const path = join(world.env.home, '.kube', 'config')
  if (kubeconfig !== undefined) {
    mkdirSync(join(world.env.home, '.kube'), { recursive: true })
    writeFileSync(path, kubeconfig)
  }
  const now = (): Kubeconfig => parse(readFileSync(path, 'utf8')) as Kubeconfig
  return { world, run, lab, own, path, now, name: `klab-${run.id}` }
}

t.test('merge and unmerge: own entries only, the rest as it was, comments too', async (t) => {
  const s = await open(t, OTHER)
  await t.rejects(s.lab.mergeKubeconfig(), { name: 'StateError', message: /no cluster yet/ })
  s.own(1)
  const own = s.run.paths.kubeconfig
  t.same(await s.lab.kubeconfig(), { path: own, text: readFileSync(own, 'utf8') })
  t.same(await s.lab.mergeKubeconfig(), {
    path: s.path,
    context: s.name,
    changed: true,
    backup: `${s.path}.klab-backup`,
  })
  t.equal(readFileSync(`${s.path}.klab-backup`, 'utf8'), OTHER)
  t.match(s.now(), {
    'current-context': s.name,
    clusters: [{ name: 'work' }, { name: s.name, cluster: { server: 'https://127.0.0.1:1' } }],
  })
  t.same(s.now().contexts.at(-1), { name: s.name, context: { cluster: s.name, user: s.name } })
  t.match(readFileSync(s.path, 'utf8'), /^# mine\n[^]*- name: work # of the company\n/)
  t.match(await s.lab.mergeKubeconfig(), { changed: false, backup: null })
  s.own(2)
  t.match(await s.lab.mergeKubeconfig(), { changed: true })
  t.same(
    s.now().clusters.map((c) => c.cluster.server),
    ['https://work.example', 'https://127.0.0.1:2'],
  )
  t.match(await s.lab.unmergeKubeconfig(), { changed: true })
  t.same(s.now(), { ...(parse(OTHER) as object), 'current-context': '' })
  t.match(await s.lab.unmergeKubeconfig(), { changed: false })
  t.same(readdirSync(join(s.world.env.home, '.kube')).sort(), ['config', 'config.klab-backup'], 'no lock is left')
})

t.test('without a kubeconfig one is made; a context of somebody else stays the current one', async (t) => {
  const s = await open(t)
  t.match(await s.lab.unmergeKubeconfig(), { changed: false })
  t.notOk(existsSync(s.path))
  s.own(1)
  t.match(await s.lab.mergeKubeconfig(), { changed: true, backup: null })
  t.match(s.now(), { apiVersion: 'v1', kind: 'Config', 'current-context': s.name })
  t.equal(lstatSync(s.path).mode & 0o777, 0o600)
  writeFileSync(s.path, readFileSync(s.path, 'utf8').replace(`current-context: ${s.name}`, 'current-context: work'))
  await s.lab.unmergeKubeconfig()
  t.equal(s.now()['current-context'], 'work')
})

t.test('what is no kubeconfig, or is being written, is left alone; a link stays one', async (t) => {
  const s = await open(t, 'clusters: {')
  s.own(1)
  await t.rejects(s.lab.mergeKubeconfig(), { name: 'CorruptError' })
  t.equal(readFileSync(s.path, 'utf8'), 'clusters: {')
  writeFileSync(s.path, OTHER)
  writeFileSync(`${s.path}.lock`, '')
  await t.rejects(s.lab.mergeKubeconfig(), {
    name: 'LockedError',
    hint: `if neither is running, remove the lock that a killed one left: rm ${s.path}.lock`,
  })
  t.equal(readFileSync(s.path, 'utf8'), OTHER)
  t.ok(existsSync(`${s.path}.lock`), 'it is not ours')
  const linked = await open(t)
  linked.own(1)
  mkdirSync(join(linked.world.env.home, '.kube'), { recursive: true })
  const real = join(linked.world.dir, 'dotfiles')
  writeFileSync(real, OTHER)
  symlinkSync(real, linked.path)
  t.match(await linked.lab.mergeKubeconfig(), { path: real })
  t.ok(lstatSync(linked.path).isSymbolicLink())
})

t.test('Ctrl-C while another program writes it: nothing is waited for', async (t) => {
  const s = await open(t, OTHER)
  s.own(1)
  writeFileSync(`${s.path}.lock`, '')
  const merging = s.lab.mergeKubeconfig()
  s.world.abort.abort()
  await t.rejects(merging, { name: 'Interrupted' })
})

t.test('KUBECONFIG says where, but never a lab’s own file', async (t) => {
  const s = await open(t)
  s.own(1)
  const elsewhere = join(s.world.dir, 'elsewhere')
  const env = { ...s.world.env, env: { ...s.world.env.env, KUBECONFIG: `${s.run.paths.kubeconfig}:${elsewhere}` } }
  const lab = await openLab({ doors: { ...fakeDoors(s.world), env } })
  t.match(await lab.mergeKubeconfig(), { path: elsewhere })
})
