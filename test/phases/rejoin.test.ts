/** What trainees do to nodes after `up`, and what the next `up` makes of it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { topologyOf } from '../../src/cluster/topology.js'
import { createMarks } from '../../src/node/baked-phase.js'
import { reviver } from '../../src/phases/revive.js'
import { workerSteps } from '../../src/phases/workers.js'
import { failure, type GuestCall } from '../fakes/guests.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'
import { scriptStage } from './script-stage.js'

const cert = (t: Test): string => {
  const dir = t.testdir()
  const [key, crt] = [join(dir, 'ca.key'), join(dir, 'ca.crt')]
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=k']
  execFileSync('openssl', [...argv, '-keyout', key, '-out', crt], { stdio: 'ignore' })
  return readFileSync(crt, 'utf8')
}

t.test('workers: joined is what the API server says, not klab’s mark alone', async (t) => {
  const ca = cert(t)
  const world = makeWorld(t, { kubectl: () => '' })
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const marks = new Map<string, string>()
  const reset = new Set<string>()
  const dropped: string[] = []
  world.guests.answers.push(({ node, text }: GuestCall) => {
    if (text === 'sudo: cat /etc/kubernetes/pki/ca.crt') return ca
    if (text.includes('rm -f')) return dropped.push(node) ? '' : ''
    if (text.includes('/var/lib/klab/done')) return marks.has(node) ? `workers:${marks.get(node)!}` : ''
    if (text.includes('kubelet-client-current.pem')) return { exitCode: reset.has(node) ? 1 : 0 }
    const mark = /run\.sh workers (\w+)/.exec(text)?.[1]
    if (mark !== undefined) marks.set(node, mark)
    return mark === undefined ? undefined : ''
  })
  const context = { line: () => undefined, signal: world.signal }
  const steps = (nodes: ReadonlyMap<string, boolean> | undefined) =>
    workerSteps(run, run.lab.kubernetes!, topologyOf(run.lab)!, {
      marks: createMarks(run),
      askNodes: () => Promise.resolve(nodes),
    })
  const done = (nodes: ReadonlyMap<string, boolean> | undefined) =>
    Promise.all(steps(nodes).map((s) => s.done!(context)))
  t.same(await done(undefined), [false, false, false], 'never joined')
  for (const s of steps(undefined)) await s.run(context)
  t.same(dropped, [])
  t.same(await done(undefined), [true, true, true], 'a server that does not answer cannot tell')
  const all = { 'k8s-master01': true, 'k8s-node01': true, 'k8s-node02': true, 'k8s-node03': true }
  t.same(await done(new Map(Object.entries(all))), [true, true, true])
  const deleted = new Map(Object.entries({ ...all, 'k8s-node02': false }).filter(([n]) => n !== 'k8s-node03'))
  t.same(await done(deleted), [true, true, false], 'deleted; NotReady alone is no reason')
  reset.add('k8s-node02')
  t.same(await done(deleted), [true, false, false], 'reset')
  t.same(await done(new Map(Object.entries(all))), [true, false, true], 'also while the API server calls it Ready')
  await steps(deleted)[2]!.run(context)
  t.same(dropped, ['k8s-node03'], 'else run.sh would find its mark, and do nothing')
  const env = (node: string) => world.guests.files.get(node)?.get('/etc/klab/env')?.content
  t.match(
    [env('k8s-node03'), env('k8s-node01')],
    [/KLAB_REJOIN='true'/, /^(?![^]*KLAB_REJOIN)/],
    'kubeadm may reset it',
  )
})

t.test('workers.sh: a node that was deleted comes back when its kubelet starts anew', (t) => {
  const { dir, program, run } = scriptStage(t, 'workers.sh')
  program('kubeadm', 'exit 1')
  program('ip', '')
  program('systemctl', `[ "$1" != restart ] || touch "${dir}/known"`)
  program(
    'kubectl',
    `[ -e "${dir}/known" ] || { echo 'Error from server (NotFound): nodes "n" not found' >&2; exit 1; }`,
  )
  const flannel = join(dir, 'run/flannel/subnet.env')
  writeFileSync(flannel, '')
  t.match(run(), /ip link delete cni0\nsystemctl restart kubelet[^]*annotate/)
  t.notOk(existsSync(flannel), 'its plugin would make the bridge of the old range again')
  t.notMatch(run(), /restart|cni0/, 'one that is known is left alone')
  program('kubectl', `[[ $* != *get* ]] || { echo 'Unable to connect to the server' >&2; exit 1; }`)
  t.notMatch(run(), /restart/, 'as is one whose API server does not answer')
  t.end()
})

t.test('workers.sh: certificates that are gone: reset, as klab joined it, and joined again', (t) => {
  const s = scriptStage(t, 'workers.sh')
  s.program('kubeadm', '')
  s.program('ip', '')
  s.program('systemctl', '')
  s.program('kubectl', '')
  rmSync(join(s.dir, 'var/lib/kubelet/pki/kubelet-client-current.pem'))
  t.notMatch(s.run(), /kubeadm reset/, 'one that klab did not join is nobody’s to reset')
  t.match(s.run({ KLAB_REJOIN: 'true' }), /kubeadm reset -f[^]*ip link delete cni0[^]*kubeadm join/)
  s.program('kubeadm', '[ "$1" != join ]')
  t.throws(() => s.run({ KLAB_REJOIN: 'true' }))
  s.program('kubeadm', '')
  t.match(s.run(), /kubeadm reset -f[^]*kubeadm join/, 'one that failed is begun again by the next')
  t.end()
})

t.test(
  'control-plane.sh: a node that was deleted comes back with labels and taints; certificates are made again',
  (t) => {
    const s = scriptStage(t, 'control-plane.sh')
    mkdirSync(join(s.dir, 'etc/kubernetes/manifests'), { recursive: true })
    for (const f of ['manifests/kube-apiserver.yaml', 'admin.conf'])
      writeFileSync(join(s.dir, 'etc/kubernetes', f), 'x')
    writeFileSync(
      join(s.dir, 'etc/kubernetes/kubelet.conf'),
      `client-certificate: ${s.dir}/var/lib/kubelet/pki/kubelet-client-current.pem`,
    )
    writeFileSync(join(s.dir, 'usr/lib/klab/bundle.sh'), 'mount_bundle() { false; }\n')
    for (const name of ['kubeadm', 'ip', 'install', 'stat', 'sleep']) s.program(name, '')
    s.program('systemctl', `[ "$1" != restart ] || touch "${s.dir}/known"`)
    s.program(
      'kubectl',
      `[[ $* != *'get node'* ]] || [ -e "${s.dir}/known" ] || { echo 'Error (NotFound)' >&2; exit 1; }`,
    )
    writeFileSync(join(s.dir, 'known'), '')
    t.notMatch(s.run(), /kubeadm|restart|systemctl/, 'one that is whole is left alone')
    t.match(
      s.run({ KLAB_PACE_API: 'true' }),
      /install -m 0644 \S+\/api-pace\.service \S+\n[^]*systemctl --quiet enable --now klab-api-pace\.service/,
    )
    rmSync(join(s.dir, 'known'))
    const said = s.run({ KLAB_REPAIR: 'true' })
    t.match(said, /kubeadm init phase certs all[^]*kubeadm init phase kubeconfig all[^]*systemctl restart kubelet/)
    t.ok(existsSync(join(s.dir, 'etc/kubernetes/kubelet.conf')))
    rmSync(join(s.dir, 'var/lib/kubelet/pki/kubelet-client-current.pem'))
    rmSync(join(s.dir, 'known'), { force: true })
    const pki = join(s.dir, 'etc/kubernetes/pki')
    mkdirSync(join(pki, 'etcd'))
    for (const f of ['apiserver.key', 'etcd/peer.crt']) writeFileSync(join(pki, f), 'x')
    writeFileSync(join(s.dir, 'etc/kubernetes/scheduler.conf'), '')
    const again = s.run({ KLAB_REPAIR: 'true' })
    t.match(
      again,
      /ip link delete cni0\n[^]*kubeadm init phase upload-config kubelet [^]*kubeadm init phase mark-control-plane /,
    )
    t.equal(again.match(/systemctl restart/g)?.length, 1, 'once, after the node was asked for')
    for (const f of ['pki/apiserver.key', 'pki/etcd/peer.crt', 'scheduler.conf'])
      t.notOk(existsSync(join(s.dir, 'etc/kubernetes', f)), `${f}: kubeadm would not make it again`)
    t.notOk(existsSync(join(s.dir, 'etc/kubernetes/kubelet.conf')), 'kubeadm would leave one that names a lost file')
    s.program('kubeadm', 'exit 1')
    t.throws(() => s.run({ KLAB_REPAIR: 'true' }))
    s.program('kubeadm', '')
    t.match(s.run(), /kubeadm init phase certs all/, 'one that failed is done by the next, which has lost the mark')
    t.notMatch(s.run(), /kubeadm/, 'once')
    t.end()
  },
)

const HOSTS = '192.168.31.61 k8s-master01\n192.168.31.62 k8s-node01\n192.168.31.63 k8s-node02\n192.168.31.64 k8s-node03'

t.test('kubelet or docker stopped or masked: started again after a while, once, and told', async (t) => {
  const world = makeWorld(t)
  const run = makeRun(world, labOf(fourNodes()), { keys: true })
  const lines: string[] = []
  const asked: string[] = []
  world.guests.answers.push(({ node, text }) => {
    if (!text.includes('unmask')) return undefined
    asked.push(node)
    t.ok(text.endsWith(` ${node} 192.168.31.6${node.at(-1) === '1' ? 2 : 3}/24 ${HOSTS} false docker kubelet`))
    return node === 'k8s-node02' ? failure(node, ['sudo'], 1, 'no route') : 'kubelet was stopped and masked: active\n'
  })
  const revive = reviver(run, (line) => lines.push(line))
  await revive(['k8s-node01', 'k8s-node02'])
  world.clock.pass(30_000)
  await revive(['k8s-node01'])
  world.clock.pass(60_000 * run.profile.patience)
  await revive(['k8s-node01', 'k8s-node02'])
  await revive(['k8s-node01', 'k8s-node02'])
  t.same(asked, ['k8s-node01'], 'one that was Ready in between begins anew')
  world.clock.pass(60_000 * run.profile.patience)
  await revive(['k8s-node01', 'k8s-node02'])
  t.same(asked, ['k8s-node01', 'k8s-node02'])
  t.match(lines, [/^k8s-node01: kubelet was stopped and masked: active$/, /^k8s-node02: .*/])
})
