/** Judges of 2.9: init, kubeconfig, join, pod network, completion. */
import { hostPort } from '../cluster/topology.js'
import { clusterView, isReady, isUp } from './api-table.js'
import { present } from './packages.js'
import {
  done,
  notApplicable,
  notDone,
  wrong,
  wrongSystem,
  type ClusterJudge,
  type ClusterSubject,
  type Finding,
} from './types.js'

/** The pods that a CNI runs on each node, by the name of its DaemonSet. */
const CNI_PODS: Readonly<Record<string, string>> = { flannel: 'kube-flannel', calico: 'calico-node' }

const same = (what: string, found: string | undefined, want: string): Finding =>
  found === want
    ? done(`${what}${found}`)
    : found === undefined
      ? notDone(`${what}is not there`)
      : wrong(`${what}${found}, want ${want}`)

/** 2.9.1, on the node: its name, its address, the pod network's configuration and images. */
function ownPart(s: ClusterSubject): readonly Finding[] {
  const { facts, node } = s
  const card = facts.all('address').find((a) => a.split(' ')[1]?.split('/')[0] === node.ip)
  const config = facts.all('file').filter((f) => f.startsWith('/etc/cni/net.d/'))
  const own = facts.one('hostname') ?? 'none'
  return [
    own === node.name ? done(`hostname: ${own}`) : wrongSystem(`hostname: ${own}, want ${node.name}`),
    card === undefined ? wrongSystem(`no network card has ${node.ip}`) : done(`ip addr: ${card}`),
    config[0] === undefined ? notDone('/etc/cni/net.d is empty: no pod network') : done(config.join(' ')),
    ...present(s, s.images?.cni ?? []),
  ]
}

/** 2.9.1, as the API server sees it. */
function seenPart({ cluster, node, k }: ClusterSubject): readonly Finding[] {
  const view = clusterView(cluster)
  if (!view) return [notDone('no API server to ask whether the node is Ready')]
  if (view.error !== undefined) return [wrong(`API server: ${view.error}`)]
  const me = view.nodes.find((n) => n['Name'] === node.name)
  const kind = typeof k.cni === 'string' ? k.cni : 'name' in k.cni ? k.cni.name : ''
  const prefix = CNI_PODS[kind]
  const pods =
    prefix === undefined ? [] : view.pods.filter((p) => p['Node'] === node.name && p['Name']?.startsWith(`${prefix}-`))
  const shown = pods.map((p) =>
    (isUp(p) ? done : wrong)(`pod ${p['Name'] ?? ''}: ${p['Ready'] ?? ''} ${p['Status'] ?? ''}`),
  )
  if (prefix !== undefined && pods.length === 0) shown.push(notDone(`no pod ${prefix}-… on the node`))
  shown.push(
    !me
      ? notDone(`the cluster has no node ${node.name}`)
      : (isReady(me) ? done : notDone)(`node ${node.name}: ${me['Status'] ?? ''}`),
  )
  if (node.role === 'control-plane') {
    const dns = view.pods.filter((p) => p['Name']?.startsWith('coredns-'))
    const up = dns.filter(isUp).length
    shown.push((up > 0 ? done : notDone)(`CoreDNS: ${up} of ${dns.length} pods up`))
  }
  return shown
}

const MANIFESTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** 2.9.2: what kubeadm init was told, and that its API server answers. */
const init: ClusterJudge = (s) => {
  const { facts, node, k } = s
  if (node.role !== 'control-plane') return []
  if (!facts.has('file', '/etc/kubernetes/admin.conf')) return [notDone('/etc/kubernetes/admin.conf is not there')]
  const flag = (name: string): string | undefined =>
    facts
      .all('flag')
      .find((f) => f.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const missing = MANIFESTS.map((m) => `/etc/kubernetes/manifests/${m}.yaml`).filter((m) => !facts.has('file', m))
  const view = clusterView(facts)
  return [
    missing.length > 0
      ? wrong(`${missing.join(', ')}: missing`)
      : done(`/etc/kubernetes/manifests: ${MANIFESTS.join(', ')}`),
    same('kube-apiserver ', facts.one('apiserver'), `v${k.version}`),
    same('--advertise-address=', flag('--advertise-address'), node.ip),
    same('--service-cluster-ip-range=', flag('--service-cluster-ip-range'), k.serviceCidr),
    same('--cluster-cidr=', flag('--cluster-cidr'), k.podCidr),
    view && view.error === undefined
      ? done('the API server answers')
      : wrong(`API server: ${view?.error ?? 'no answer'}`),
  ]
}

/** 2.9.3: for root or for the lab user; each has its own. */
const kubeconfig: ClusterJudge = ({ facts, node, lab, topology }) => {
  if (node.role !== 'control-plane') return []
  const want = `https://${hostPort(topology.endpoint)}`
  const found = facts.all('kubeconfig').map((line) => line.split(' '))
  if (found.length === 0) return [notDone(`no ~/.kube/config of root or ${lab.os.user}`)]
  return found.map(([owner = '', path = '', server = '']) => {
    const user = path.startsWith('/root/') ? 'root' : lab.os.user
    if (server !== want) return wrong(`${path}: server ${server}, want ${want}`)
    return owner === user ? done(`${path}: ${server}`) : wrong(`${path} belongs to ${owner}, want ${user}`)
  })
}

const join: ClusterJudge = ({ facts, node, cluster, topology }) => {
  if (node.name === topology.first.name) return []
  if (!facts.has('file', '/etc/kubernetes/kubelet.conf')) return [notDone('/etc/kubernetes/kubelet.conf is not there')]
  const active = facts.of('unit', 'kubelet.service')?.[1] ?? 'not there'
  const view = clusterView(cluster)
  const known = view?.nodes.some((n) => n['Name'] === node.name)
  return [
    done('/etc/kubernetes/kubelet.conf'),
    (active === 'active' ? done : wrong)(`kubelet.service: ${active}`),
    view && view.error === undefined
      ? (known ? done : notDone)(`kubectl get nodes: ${node.name} ${known ? 'is there' : 'is missing'}`)
      : wrong(`API server: ${view?.error ?? 'not asked'}`),
  ]
}

const completion: ClusterJudge = ({ facts, node }) => {
  if (node.role !== 'control-plane') return []
  const file = facts.all('file').find((f) => f.endsWith('/kubectl')) ?? facts.of('completion', 'kubectl')?.[0]
  return [file === undefined ? notDone('nothing loads `kubectl completion bash`') : done(file)]
}

export const CLUSTER_JUDGES: Readonly<Record<string, ClusterJudge>> = {
  '2.9.1': (s) => [...ownPart(s), ...seenPart(s)],
  '2.9.2': init,
  '2.9.3': kubeconfig,
  '2.9.4': join,
  '2.9.5': completion,
  '2.9.6': () => [notApplicable('no mail program is installed, so the shell announces no mail')],
  '2.9.7': ({ k }) => [
    notApplicable(
      k.packages === 'bundle'
        ? 'kubernetes.packages is bundle: no repository, so no key of one'
        : 'a wrong key stops the installation; 2.5.6 shows how that ended',
    ),
  ],
}
