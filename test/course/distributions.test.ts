/** Judgements that depend on the distribution, on where packages come from, and on the pod network. */
import t from 'tap'
import type { CheckReport } from '../../src/course/types.js'
import { fourNodes, labOf } from '../fakes/world.js'
import { plus, replaced, report, without, type Change } from './machines.js'

const course = labOf(
  fourNodes(`network: { internet: true }
image: { path: CentOS-7.qcow2 }
kubernetes: { version: 1.20.2, bundle: aliyun, packages: repository, dockerVersion: 19.03.8, cni: calico }
os: { kernel: lt }
`),
)
/** What is said of the control plane after changes to its facts. */
const first = (section: string, ...changes: Change[]): CheckReport['sections'][number]['nodes'][number] => {
  const all: Change = (lines) => changes.reduce<readonly string[] | undefined>((l, c) => l && c(l), lines)
  return report(section, { 0: all }, course).sections[0]!.nodes.find((n) => n.node === 'k8s-master01')!
}

t.test('docker-ce of a version, from a repository', (t) => {
  t.match(first('2.3.5'), { state: 'wrong', findings: [{ line: 'docker 20.10.24+dfsg1, want 19.03.8' }] })
  t.match(first('2.3.5', replaced('docker 20.10.24+dfsg1', 'docker 19.03.8')), { state: 'done' })
  t.match(first('2.3.3'), { state: 'not-done' })
  t.match(first('2.3.3', plus('repo /etc/yum.repos.d/docker-ce.repo baseurl=https://mirror.example/docker-ce')), {
    state: 'done',
  })
  t.end()
})

t.test('kubeadm from a repository: it must be there', (t) => {
  t.match(first('2.5.1'), { state: 'not-done' })
  t.match(first('2.5.2', plus('repo /etc/yum.repos.d/kubernetes.repo baseurl=https://mirror.example/kubernetes')), {
    state: 'done',
  })
  t.match(first('2.9.7'), { state: 'not-applicable' })
  t.end()
})

t.test('the course’s kernel: kernel-lt counts once it runs; Linux 3.10 has no ip_forward_use_pmtu', (t) => {
  const old = replaced('kernel 6.1.0-37-cloud-amd64', 'kernel 3.10.0-1160.el7.x86_64')
  const noPmtu = without(/^sysctl net\.ipv4\.ip_forward_use_pmtu /)
  t.match(first('2.1-kernel', old), { state: 'not-done', findings: [{ line: /next boot/ }] })
  t.match(first('2.1-kernel', replaced('kernel 6.1.0-37-cloud-amd64', 'kernel 5.4.278-1.el7')), { state: 'done' })
  t.match(first('2.2.3', old, noPmtu), { state: 'done' })
  t.match(first('2.2.3', noPmtu), { state: 'not-done' })
  t.end()
})

t.test('SELinux: permissive at boot is right from RHEL 8 on, and not on CentOS 7', (t) => {
  const permissive = plus('selinux 0', 'selinux.conf permissive')
  t.match(first('2.2.2', permissive, plus('os VERSION_ID="9.3"')), { state: 'done' })
  t.match(first('2.2.2', permissive, plus('os VERSION_ID="7"')), { state: 'wrong' })
  t.end()
})

t.test('2.9.1 asks for the pods of the Labfile’s own network', (t) => {
  const flannel = replaced(/calico-node-/g, 'kube-flannel-ds-')
  const lines = (c: Change[]): string =>
    first('2.9.1', ...c)
      .findings.map((f) => `${f.state}: ${f.line}`)
      .join('\n')
  t.match(lines([flannel]), 'not-done: no pod calico-node-… on the node')
  t.match(lines([]), /^done: pod calico-node-0: 1\/1 Running$/m)
  t.end()
})
