/**
 * `npm run test:ha`: labs/ha for real. A control plane is killed; the API answers again, a pod is made meanwhile, the
 * machine comes back, etcd has three healthy members; a snapshot is saved and restored. Long: not for each landing.
 */
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { kubeadmImages } from '../../src/cluster/images.js'
import { topologyOf } from '../../src/cluster/topology.js'
import { loadLabfile } from '../../src/labfile/load.js'
import type { Status } from '../../src/lab/status.js'
import { run, type Ran } from '../e2e/run.js'
import { end, ensureSystemLibvirt, processes, uid } from '../real/libvirt.js'

const project = fileURLToPath(new URL('../..', import.meta.url))
const labfile = `${project}labs/ha/Labfile`
const MINUTE = 60_000
/** Under emulation each step takes minutes. */
const PATIENT_MS = 40 * MINUTE

const ask = (...args: readonly string[]): Promise<Ran> =>
  run([process.execPath, `${project}dist/main.js`, '-f', labfile, ...args])

/** klab for this lab; throws unless it ends well. */
async function klab(...args: readonly string[]): Promise<string> {
  const { code, stdout } = await ask(...args)
  if (code !== 0) throw new Error(`klab ${args.join(' ')}: exit status ${code}\n${stdout}`)
  return stdout
}
const kubectl = (...args: readonly string[]): Promise<string> => klab('kubectl', ...args)
const status = async (): Promise<Status> => JSON.parse(await klab('status', '--json', '--fresh')) as Status

/** Asks again until klab ends well and `is` finds what it wants; returns the output. */
async function until(
  t: Test,
  what: string,
  args: readonly string[],
  is: (text: string) => boolean = () => true,
): Promise<string> {
  const started = performance.now()
  for (;;) {
    const { code, stdout } = await ask(...args)
    const seconds = Math.round((performance.now() - started) / 1000)
    if (code === 0 && is(stdout)) {
      t.comment(`${what}: ${seconds} s`)
      return stdout
    }
    if (seconds * 1000 > PATIENT_MS) throw new Error(`${what}: not after ${seconds} s\n${stdout}`)
    await setTimeout(5000)
  }
}

interface Health {
  readonly endpoint: string
  readonly health: boolean
}

/** etcd's members and whether each is healthy, by the etcdctl in a member's container; address → health. */
async function members(t: Test, through: string, healthy: number): Promise<readonly string[]> {
  const pki = '/etc/kubernetes/pki/etcd'
  const login = [
    `--cacert=${pki}/ca.crt`,
    `--cert=${pki}/healthcheck-client.crt`,
    `--key=${pki}/healthcheck-client.key`,
  ]
  const etcdctl = ['etcdctl', '--endpoints=https://127.0.0.1:2379', '--command-timeout=60s', ...login]
  const args = ['kubectl', '-n', 'kube-system', 'exec', `etcd-${through}`, '--', ...etcdctl]
  const text = await until(
    t,
    `${healthy} healthy members of etcd`,
    [...args, 'endpoint', 'health', '--cluster', '-w', 'json'],
    (out) => (JSON.parse(out) as Health[]).filter((m) => m.health).length === healthy,
  )
  return (JSON.parse(text) as Health[]).map((m) => new URL(m.endpoint).hostname).sort()
}

t.test('labs/ha', { skip: uid === 0 ? false : 'runs as root on qemu:///system' }, async (t) => {
  await ensureSystemLibvirt(t)
  const { lab } = await loadLabfile(labfile)
  const { kubernetes: k } = lab
  const topology = topologyOf(lab)
  if (!k || !topology) return t.fail('labs/ha has no cluster')
  const { first, others, controlPlanes } = topology
  const [second] = others
  if (!second) return t.fail('labs/ha has one control plane')
  if ((await status()).state !== 'absent') throw new Error('labs/ha of this checkout is up: klab destroy it first')
  t.teardown(() => klab('destroy', '--force'))
  const addresses = controlPlanes.map((n) => n.ip).sort()
  const all = lab.nodes.length
  const pause = kubeadmImages(k.version).node.find((image) => image.includes('/pause:')) ?? ''
  const pod = (name: string) => ['kubectl', 'run', name, `--image=${pause}`, '--image-pull-policy=Never']

  await klab('up', '--fresh')
  t.match((await status()).cluster, { ready: all, total: all, endpoint: '192.168.31.60:8443' })
  t.same(await members(t, first.name, 3), addresses, 'etcd: a member on each control plane')
  const before = (await status()).cluster?.apiServer

  const pid = async (): Promise<number> => {
    const qemu = (await processes()).find((p) =>
      p.argv.some((a) => new RegExp(`^guest=klab-.*-${first.name},`).test(a)),
    )
    if (!qemu) throw new Error(`no QEMU of ${first.name}`)
    return qemu.pid
  }
  await end(await pid(), 'SIGKILL')
  await until(t, 'the API answers after the loss of the first control plane', ['kubectl', 'get', '--raw', '/readyz'])
  const without = await status()
  t.equal(without.state, 'partial')
  t.not(without.nodes.find((n) => n.name === first.name)?.state, 'running')
  t.not(without.cluster?.apiServer, before, 'another way in')
  t.match(await klab('kubeconfig'), /./)
  await until(t, 'a pod is made', pod('meanwhile'))
  await until(t, 'it runs', ['kubectl', 'wait', '--for=condition=Ready', 'pod/meanwhile', '--timeout=60s'])
  const inGuest = [
    'exec',
    second.name,
    '--',
    'kubectl',
    '--request-timeout=60s',
    'get',
    'pod',
    'meanwhile',
    '-o',
    'name',
  ]
  await until(t, 'seen through the shared address too', inGuest, (out) => out.includes('pod/meanwhile'))

  await klab('up')
  t.match(await status(), { state: 'running', cluster: { ready: all } }, 'the machine is back')
  t.same(await members(t, first.name, 3), addresses, 'etcd has three healthy members again')
  await kubectl('get', 'pod', 'meanwhile')

  await kubectl('create', 'configmap', 'before')
  await klab('snapshot', 'save', 'one')
  await kubectl('create', 'configmap', 'after')
  await klab('snapshot', 'restore', 'one', '--no-undo')
  const maps = await until(t, 'the restored API answers', ['kubectl', 'get', 'configmaps', '-o', 'name'])
  t.match(maps, 'configmap/before')
  t.notMatch(maps, 'configmap/after', 'what came after the snapshot is gone')
  t.same(await members(t, second.name, 3), addresses, 'restored: three healthy members')
  t.match((await status()).cluster, { ready: all })
})
