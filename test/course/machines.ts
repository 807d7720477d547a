/** Facts of nodes on which all is as the course wants it, as facts.sh prints them; a test takes one thing away. */
import { parseGuestFacts, type GuestFacts } from '../../src/course/facts.js'
import { judgeLab, type NodeLook } from '../../src/course/judge.js'
import { findSections } from '../../src/course/sections.js'
import type { CheckReport, WantedImages } from '../../src/course/types.js'
import type { Lab } from '../../src/labfile/model.js'
import { fourNodes, labOf } from '../fakes/world.js'

export const NAMES = ['k8s-master01', 'k8s-node01', 'k8s-node02', 'k8s-node03']
const core = (name: string, tag = 'v1.23.17'): string => `registry.k8s.io/${name}:${tag}`
export const IMAGES: WantedImages = {
  all: [core('kube-apiserver'), core('kube-proxy'), core('pause', '3.6'), core('etcd', '3.5.6-0')],
  node: [core('kube-proxy'), core('pause', '3.6')],
  cni: ['docker.io/calico/node:v3.28.5'],
  archives: ['bin/kubeadm', 'images/k8s.1.23.17.tar', 'images/k8s.1.23.17.node.tar'],
}

const SYSCTLS = [
  'net.bridge.bridge-nf-call-ip6tables 1',
  'net.bridge.bridge-nf-call-iptables 1',
  'net.bridge.bridge-nf-call-arptables 1',
  'net.ipv4.ip_forward 1',
  'net.ipv4.ip_forward_use_pmtu 0',
]
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `api ${JSON.stringify({
    kind: 'Table',
    columnDefinitions: columns.map((name) => ({ name })),
    rows: rows.map((cells) => ({ cells })),
  })}`
const NODES = table(
  ['Name', 'Status', 'Roles', 'Age', 'Version'],
  NAMES.map((n) => [n, 'Ready', '<none>', '5m', 'v1.23.17']),
)
const PODS = table(
  ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'],
  [
    ['coredns-a', '1/1', 'Running', '0', '5m', '10.81.0.2', 'k8s-master01'],
    ...NAMES.map((n, i) => [`calico-node-${i}`, '1/1', 'Running', '0', '5m', '', n]),
  ],
)

const common = (i: number): readonly string[] => [
  'cpus 2',
  'memory 3016396',
  `disk ${50 * 2 ** 30}`,
  'disk 1048576',
  'kernel 6.1.0-37-cloud-amd64',
  `hostname ${NAMES[i] ?? ''}`,
  'address lo 127.0.0.1/8',
  `address lab0 192.168.31.${61 + i}/24`,
  'unit firewalld.service not-found inactive none',
  'unit nftables.service loaded inactive disabled',
  'unit docker.service loaded active enabled',
  'unit kubelet.service loaded active enabled',
  ...SYSCTLS.flatMap((s) => [`sysctl ${s}`, `sysctl.conf ${s} /etc/sysctl.d/90-klab-kubernetes.conf`]),
  ...['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'nf_conntrack'].flatMap((m) => [
    `module ${m}`,
    `module.conf ${m} /etc/modules-load.d/klab-ipvs.conf`,
  ]),
  'epoch 1795461388',
  'offset +0800',
  'zone /usr/share/zoneinfo/Asia/Shanghai',
  'file /usr/share/bash-completion/bash_completion',
  'file /etc/bash_completion.d/kubectl',
  'hosts 127.0.0.1 localhost',
  ...NAMES.map((n, j) => `hosts 192.168.31.${61 + j} ${n}`),
  'daemon.json { "exec-opts": ["native.cgroupdriver=systemd"] }',
  'program docker',
  'docker 20.10.24+dfsg1 systemd []',
  ...[...IMAGES.all, ...IMAGES.cni].map((ref) => `image ${ref}`),
  'version kubeadm v1.23.17',
  'version kubelet v1.23.17',
  'version kubectl v1.23.17',
  'kubelet.args KUBELET_EXTRA_ARGS=',
  'kubelet.args KUBELET_KUBEADM_ARGS="--network-plugin=cni"',
  'kubelet.config ',
  'kubelet.cgroupDriver systemd',
  'file /etc/kubernetes/kubelet.conf',
  'file /etc/cni/net.d/10-calico.conflist',
  'proxyMode iptables',
]
const CONTROL_PLANE = [
  'file /etc/kubernetes/admin.conf',
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
    (m) => `file /etc/kubernetes/manifests/${m}.yaml`,
  ),
  'flag --advertise-address=192.168.31.61',
  'flag --service-cluster-ip-range=10.1.0.0/16',
  'flag --cluster-cidr=10.81.0.0/16',
  'apiserver v1.23.17',
  'kubeconfig root /root/.kube/config https://192.168.31.61:6443',
  'kubeconfig klab /home/klab/.kube/config https://192.168.31.61:6443',
  NODES,
  PODS,
]

/** The lines of node `i` (0: the control plane). */
export const linesOf = (i: number): readonly string[] => [...common(i), ...(i === 0 ? CONTROL_PLANE : []), 'end']

export const course = labOf(fourNodes())

/** Changes a node's lines; undefined: it is not reached. */
export type Change = (lines: readonly string[]) => readonly string[] | undefined

export const without =
  (...what: readonly (string | RegExp)[]): Change =>
  (lines) =>
    lines.filter((l) => !what.some((w) => (typeof w === 'string' ? l === w || l.startsWith(`${w} `) : w.test(l))))
export const replaced =
  (from: string | RegExp, to: string): Change =>
  (lines) =>
    lines.map((l) => l.replace(from, to))
export const plus =
  (...more: readonly string[]): Change =>
  (lines) => [...lines, ...more]

/** The report of the four nodes, one or more of them changed. */
export function report(
  section: string,
  changes: Readonly<Record<number, Change>> = {},
  lab: Lab = course,
  skewS = 0,
): CheckReport {
  const looked = lab.nodes.map((node, i): NodeLook => {
    const lines = (changes[i] ?? ((l) => l))(linesOf(i))
    return lines ? { node, facts: parseGuestFacts(lines.join('\n')), skewS } : { node, error: 'gave up after 60 s' }
  })
  const [first] = looked
  const cluster: GuestFacts | undefined = first && 'facts' in first ? first.facts : undefined
  return judgeLab(lab, { sections: findSections(section), looked, cluster, images: IMAGES })
}
