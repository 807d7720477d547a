/**
 * labs/course-1.17/centos-7: what klab would do and write for it, as goldens. Only a machine with internet can run it
 * (its README).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { initConfig, initFlags, joinConfig } from '../../src/cluster/kubeadm.js'
import { profileFor } from '../../src/cluster/profile.js'
import { minorOf } from '../../src/versions/kubernetes.js'
import { commonSettings } from '../../src/node/guest-phase.js'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { machineStep } from '../../src/phases/machines.js'
import { planUp } from '../../src/plan/up.js'
import { golden } from '../fakes/golden.js'
import { guestRoot } from '../fakes/guest-root.js'
import { fakeQemuImg, labOf, makeRun, makeWorld, root } from '../fakes/world.js'
import { centos7 } from '../phases/distributions.js'

const lab = labOf(readFileSync(join(root, 'labs/course-1.17/centos-7/Labfile'), 'utf8'))
const [master, worker] = lab.nodes
const k = lab.kubernetes!
const IMAGES = ['k8s.gcr.io/kube-apiserver:v1.17.5', 'k8s.gcr.io/pause:3.1']
const settings = Object.entries(commonSettings(lab, IMAGES))

t.test('the course’s nodes, versions and ranges', (t) => {
  t.same(
    lab.nodes.map((n) => [n.name, n.role, n.ip, n.cpus, n.memoryMiB, n.diskGiB]),
    ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03'].map((name, i) => [
      name,
      i ? 'worker' : 'control-plane',
      `192.168.31.${61 + i}`,
      2,
      3072,
      50,
    ]),
  )
  t.match(k, {
    version: '1.17.5',
    runtime: 'docker',
    dockerVersion: '19.03.8',
    podCidr: '10.81.0.0/16',
    serviceCidr: '10.1.0.0/16',
  })
  t.equal(lab.os.timezone, 'Asia/Shanghai')
  t.end()
})

t.test('plan', (t) => {
  const plan = planUp(makeRun(makeWorld(t), lab))
  const lines = plan.phases.flatMap((p) => [`${p.name}: ${p.title}`, ...p.steps.map((s) => `  ${s.id}  ${s.title}`)])
  golden(t, 'plan/course-1.17.txt', `${plan.goal} ${plan.lab}\n${lines.join('\n')}\n`)
  t.end()
})

t.test('settings of the phases', (t) => {
  golden(t, 'course-1.17/settings.txt', settings.map(([name, value]) => `${name}=${value}\n`).join(''))
  t.end()
})

t.test('seed of a node', async (t) => {
  const world = makeWorld(t, { host: { 'qemu-img': fakeQemuImg } })
  const run = makeRun(world, lab, { keys: true })
  await world.layers.build(await nodeImageKey(run), () => Promise.resolve())
  await machineStep(run, worker!).run({ line: () => undefined, signal: world.signal })
  for (const [name, text] of Object.entries(world.seeds.get(run.paths.node(worker!.name).seed)!))
    golden(t, `cloudinit/course-1.17/${name}`, text)
})

t.test('kubeadm’s configuration', (t) => {
  const profile = profileFor('kvm', 1, minorOf(k.version))
  t.same(initFlags(k, profile), [])
  golden(t, 'course-1.17/init.yaml', initConfig(k, master!, profile, { token: 'abcdef.0123456789abcdef' }))
  golden(
    t,
    'course-1.17/join.yaml',
    joinConfig(k, worker!, profile, {
      endpoint: { host: master!.ip, port: 6443 },
      token: 'abcdef.0123456789abcdef',
      caHash: `sha256:${'a'.repeat(64)}`,
    }),
  )
  t.end()
})

t.test('its phases on CentOS 7: the commands of chapter 2', (t) => {
  const bundle = { 'cni/bridge': '' }
  const g = guestRoot(t, lab, centos7, bundle)
  for (const phase of ['system', 'runtime', 'packages']) {
    const { text, code, commands } = g.run(phase)
    t.equal(code, 0, `${phase}: ${text}`)
    golden(
      t,
      `course-1.17/${phase}.txt`,
      `${commands.filter((c) => !/^(rpm -q|mountpoint|uname)/.test(c)).join('\n')}\n`,
    )
  }
  const files = [
    'etc/yum.repos.d/klab-os.repo',
    'etc/yum.repos.d/docker-ce.repo',
    'etc/yum.repos.d/kubernetes.repo',
    'etc/docker/daemon.json',
    'etc/sysconfig/modules/ipvs.modules',
    'etc/sysconfig/kubelet',
  ]
  golden(t, 'course-1.17/files.txt', files.map((f) => `== /${f}\n${g.read(f) ?? ''}`).join(''))
  t.end()
})
