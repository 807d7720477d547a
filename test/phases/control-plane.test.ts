import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { topologyOf } from '../../src/cluster/topology.js'
import { CommandError, CorruptError, StateError } from '../../src/errors.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { cniStep } from '../../src/phases/cni.js'
import { LAB_NIC } from '../../src/network/cni-manifest.js'
import { controlPlaneStep } from '../../src/phases/control-plane.js'
import { staticPods } from '../fakes/static-pods.js'
import { fourNodes, labOf, makeRun, makeWorld, root } from '../fakes/world.js'

const CERT = Buffer.from('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n').toString('base64')
const KEY = Buffer.from('-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n').toString('base64')
const ADMIN = `apiVersion: v1
kind: Config
clusters: [{ name: kubernetes, cluster: { certificate-authority-data: ${CERT}, server: https://192.168.31.61:6443 } }]
users: [{ name: kubernetes-admin, user: { client-certificate-data: ${CERT}, client-key-data: ${KEY} } }]
`
const CP = 'k8s-master01'

const BUSY = {
  where: 'host',
  argv: ['kubectl'],
  exitCode: 1,
  signal: undefined,
  timedOut: false,
  durationMs: 1,
  tail: 'busy',
}

function stage(t: Test, marks = '', unpatchedPod = '', lost = '') {
  const applied: string[] = []
  const dropped: string[] = []
  const world = makeWorld(t, {
    kubectl: (args, input) => {
      const token = /^-n kube-system delete secret bootstrap-token-(\w{6}) --wait=false$/.exec(args)
      if (token) return dropped.push(token[1]!) > 1 ? new CommandError(BUSY) : ''
      t.equal(args, 'apply --validate=false -f -')
      applied.push(input)
      return 'created'
    },
  })
  // Patches are a flag there, and klab fills in flannel's manifest.
  const own = fourNodes('kubernetes: { version: 1.20.2, bundle: upstream, cni: flannel }\n')
  const run = makeRun(world, labOf(own), { keys: true })
  const ran: string[] = []
  const giveManifest = (): void => {
    const text = readFileSync(`${root}/cloud-init/manifests/flannel.yaml`, 'utf8').replace(/^#.*\n/gm, '')
    mkdirSync(`${world.dir}/artifacts/manifests`, { recursive: true })
    writeFileSync(`${world.dir}/artifacts/manifests/flannel.yaml`, text.replaceAll('@IMAGE@', 'flannel:v1'))
  }
  giveManifest()
  world.guests.answers.push(({ text }) => {
    if (text.includes('/var/lib/klab/done')) return marks
    if (text === 'sudo: cat /etc/kubernetes/admin.conf') return ADMIN
    if (text.includes('kubelet-client-current.pem')) return lost
    if (text.includes('rm -f -- "/var/lib/klab/done/$1" control-plane')) return ''
    const pod = /^sudo: cat -- "\$1" \/etc\/kubernetes\/manifests\/(\S+)\.yaml$/.exec(text)?.[1]
    if (pod !== undefined)
      return pod === unpatchedPod
        ? 'spec: { containers: [{ name: etcd }] }'
        : staticPods(run.lab.kubernetes!, run.lab.nodes[0]!, run.profile)[pod]
    const phase = /run\.sh (\S+) (\w+)$/.exec(text)
    if (phase) ran.push(`${phase[1]!}:${phase[2]!}`)
    return phase ? '' : undefined
  })
  const context = { line: () => undefined, signal: world.signal }
  let known: ReadonlyMap<string, boolean> | undefined
  const askNodes = () => Promise.resolve(known)
  const [node] = run.lab.nodes
  const k = run.lab.kubernetes!
  const init = () => controlPlaneStep(run, k, topologyOf(run.lab)!, { marks: createMarks(run), askNodes })
  const cni = () => cniStep(run, k, node!, createMarks(run))
  const knows = (...names: readonly string[]): void => void (known = new Map(names.map((n) => [n, true])))
  return {
    world,
    run,
    ran,
    applied,
    dropped,
    context,
    knows,
    giveManifest,
    init,
    cni,
    file: (path: string) => world.guests.files.get(CP)?.get(path),
  }
}

t.test(
  'init: configuration and patches are sent, the phase runs, the kubeconfig comes back with the forwarded port',
  async (t) => {
    const s = stage(t)
    t.equal(await s.init().done!(s.context), false)
    await s.init().run(s.context)
    const config = s.file('/etc/klab/kubeadm-init.yaml')!
    t.equal(config.mode, 0o600, 'it holds a token')
    t.equal(parseAllDocuments(config.content).length, 4)
    t.ok(s.file('/etc/klab/patches/etcd+strategic.yaml'))
    t.match(s.file('/etc/klab/env')!.content, "KLAB_INIT_FLAGS='--experimental-patches /etc/klab/patches'")
    t.match(s.file('/etc/klab/env')!.content, `KLAB_NODE='${CP}'`)
    t.match(s.file('/home/klab/flannel.yaml')!.content, '"Network": "10.81.0.0/16"', 'the pod network, for hands')
    t.equal(s.ran.length, 1)
    const { clusters } = parse(readFileSync(s.run.paths.kubeconfig, 'utf8')) as {
      clusters: { cluster: { server: string } }[]
    }
    t.equal(clusters[0]!.cluster.server, 'https://127.0.0.1:22100')
  },
)

t.test('init: settings that kubeadm left out are told, and the phase has failed', async (t) => {
  const s = stage(t, '', 'etcd')
  await t.rejects(Promise.resolve(s.init().run(s.context)), {
    code: 'state',
    message:
      /slow-host profile out: etcd: --heartbeat-interval=500 is missing; .*; etcd: livenessProbe is missing, not /,
  })
  t.notOk(existsSync(s.run.paths.kubeconfig))
})

t.test('init: kubeadm’s preflight refuses: its errors alone, and what helps', async (t) => {
  const s = stage(t)
  const tail =
    '[init] Using Kubernetes version\n[preflight] Running\n\x1b[33m[WARNING SystemVerification]\x1b[0m: docker\n' +
    'error execution phase preflight: [preflight] Some fatal errors occurred:\n' +
    '\t[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2\n' +
    '\t[ERROR Port-6443]: Port 6443 is in use'
  s.world.guests.answers.unshift(({ text }) => {
    if (!/run\.sh control-plane/.test(text)) return undefined
    const failure = { where: CP, argv: ['x'], exitCode: 1, signal: undefined, timedOut: false, durationMs: 1, tail }
    throw new CommandError(failure)
  })
  await t.rejects(Promise.resolve(s.init().run(s.context)), {
    code: 'state',
    message: [
      `${CP}: kubeadm refuses:`,
      '[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2',
      '[ERROR Port-6443]: Port 6443 is in use',
    ].join('\n'),
    hint: /2 cpus in the Labfile/,
  })
})

t.test(
  'init: done with kubeconfig and mark; again when either is gone or another configuration is wanted',
  async (t) => {
    const first = stage(t)
    await first.init().run(first.context)
    const [mark] = first.ran
    const s = stage(t, `${mark!}\n`)
    t.equal(await s.init().done!(s.context), false, 'no kubeconfig here yet')
    await s.init().run(s.context)
    t.equal(await s.init().done!(s.context), true)
    const other = stage(t, 'control-plane:0000\n')
    await other.init().run(other.context)
    t.equal(await other.init().done!(other.context), false)
  },
)

t.test('init: a control plane that somebody has reset is said at once, with the ways out', async (t) => {
  const first = stage(t)
  await first.init().run(first.context)
  const s = stage(t, `${first.ran[0]!}\n`, '', 'pki/ca.crt\nmanifests/etcd.yaml\nadmin.conf\n')
  await s.init().run(s.context)
  await t.rejects(s.init().done!(s.context), {
    constructor: StateError,
    message: /k8s-master01: the control plane that klab made is gone.*kubernetes\/pki\/ca\.crt, manifests\/etcd\.yaml$/,
    hint: /klab snapshot restore NAME; or klab destroy/,
  })
})

t.test('init: a deleted node object, deleted certificates: made whole, with the mark out of the way', async (t) => {
  const first = stage(t)
  await first.init().run(first.context)
  for (const lost of ['', 'pki/apiserver.crt\n']) {
    const s = stage(t, `${first.ran[0]!}\n`, '', lost)
    await s.init().run(s.context)
    s.knows(lost === '' ? 'k8s-node01' : CP)
    const step = s.init()
    t.equal(await step.done!(s.context), false)
    const before = s.world.guests.calls.length
    await step.run(s.context)
    const calls = s.world.guests.calls.slice(before).map((c) => c.text)
    t.ok(calls.findIndex((c) => c.includes('rm -f')) < calls.findIndex((c) => c.includes('run.sh control-plane')))
    t.match(s.file('/etc/klab/env')!.content, "KLAB_REPAIR='true'")
  }
  const whole = stage(t, `${first.ran[0]!}\n`)
  await whole.init().run(whole.context)
  t.match(whole.file('/etc/klab/env')!.content, "KLAB_REPAIR=''")
  t.match(whole.file('/etc/klab/env')!.content, "KLAB_PACE_API='true'", 'an emulated machine, one control plane')
  whole.knows(CP)
  t.equal(await whole.init().done!(whole.context), true)
})

t.test('init: the token is a new one at each run, yet the mark stays', async (t) => {
  const s = stage(t)
  await s.init().run(s.context)
  const token = (): string => /token: (\S+)/.exec(s.file('/etc/klab/kubeadm-init.yaml')!.content)![1]!
  const before = token()
  await s.init().run(s.context)
  t.not(token(), before)
  t.equal(s.ran[0], s.ran[1])
  t.strictSame(
    s.dropped,
    [before, token()].map((x) => x.slice(0, 6)),
    'nobody joins with it',
  )
})

t.test('a port that moved moves in the kubeconfig too', async (t) => {
  const first = stage(t)
  await first.init().run(first.context)
  const s = stage(t, `${first.ran[0]!}\n`)
  await s.init().run(s.context)
  t.equal(await s.init().done!(s.context), true)
  s.run.record = { ...s.run.record, ports: { ...s.run.record.ports, [CP]: { ssh: 22000, api: 2210 } } }
  t.equal(await s.init().done!(s.context), false, 'also where the new port begins like the old one')
  await s.init().run(s.context)
  t.match(readFileSync(s.run.paths.kubeconfig, 'utf8'), 'https://127.0.0.1:2210\n')
  t.equal(await s.init().done!(s.context), true)
})

t.test('init: a failure leaves no kubeconfig; an admin.conf that is none is called so', async (t) => {
  const s = stage(t)
  s.world.guests.answers.unshift(({ text }) =>
    text.includes('run.sh') ? { exitCode: 1, stderr: 'preflight' } : undefined,
  )
  await t.rejects(s.init().run(s.context), { constructor: CommandError, message: /preflight/ })
  t.notOk(existsSync(s.run.paths.kubeconfig))
  const odd = stage(t)
  odd.world.guests.answers.unshift(({ text }) => (text.includes('admin.conf') ? '' : undefined))
  await t.rejects(odd.init().run(odd.context), CorruptError)
})

t.test('cni: the bundle’s manifest with this lab’s pod CIDR and card; a bundle without one is damaged', async (t) => {
  const s = stage(t)
  rmSync(`${s.world.dir}/artifacts/manifests`, { recursive: true })
  await t.rejects(s.cni().run(s.context), { constructor: CorruptError, message: /flannel/ })
  s.giveManifest()
  t.equal(await s.cni().done!(s.context), false)
  await s.cni().run(s.context)
  const [content = ''] = s.applied
  t.match(content, '"Network": "10.81.0.0/16"')
  t.match(content, `--iface=${LAB_NIC}`)
  t.notMatch(content, /@\w+@/, 'nothing is left to fill in')
  t.match(s.file('/var/lib/klab/done/cni')?.content, /^[0-9a-f]{64}\n$/, 'the mark, after it was applied')
  t.same(s.ran, [], 'nothing runs in the guest')
})
