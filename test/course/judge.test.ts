import t from 'tap'
import { fourNodes, labOf } from '../fakes/world.js'
import { course, NAMES, plus, replaced, report, without, type Change } from './machines.js'

t.test('a lab on which all is done: green, and every section that klab works for is proved on every node', (t) => {
  const r = report('2')
  t.equal(r.ok, true)
  t.same(
    r.sections.filter((s) => s.state !== 'done').map((s) => s.section),
    ('2.1-mirror 2.2.2 2.3.1 2.3.2 2.3.3 2.3.4 2.3.7 2.2.10 2.5.1 2.5.2 2.5.3 2.5.4 2.5.5 ' +
      '2.7.1 2.7.2 2.7.3 2.9.6 2.9.7').split(' '),
  ) // prettier-ignore
  for (const s of r.sections) t.ok(['done', 'not-applicable'].includes(s.state), s.section)
  const on = (section: string): string[] => r.sections.find((s) => s.section === section)!.nodes.map((n) => n.node)
  t.same(on('2.2.7'), NAMES)
  t.same(on('2.8.1'), NAMES.slice(0, 1))
  t.same(on('2.8.2'), NAMES.slice(1))
  t.same(on('2.9.4'), NAMES.slice(1))
  for (const s of r.sections)
    for (const n of s.nodes) t.ok(n.findings.length > 0 && n.findings.every((f) => f.line !== ''), s.section)
  t.end()
})

/** Node 1 changed so → section, its state, the line that shows it. */
const UNDONE: readonly (readonly [what: string, change: Change, section: string, state: string, line: RegExp])[] = [
  ['one cpu', replaced('cpus 2', 'cpus 1'), '2.1', 'wrong', /^cpus 1 \(at least 2\)/],
  ['little memory', replaced('memory 3016396', 'memory 2000000'), '2.1', 'wrong', /^memory 1\.9GiB/],
  ['small disk', without(/^disk 5/), '2.1', 'wrong', /^disk 0GiB/],
  ['firewall on', plus('unit ufw.service loaded active enabled'),
    '2.2.1', 'not-done', /^ufw\.service: active, enabled$/],
  ['firewall stopped, not disabled', plus('unit ufw.service loaded inactive enabled'),
    '2.2.1', 'wrong', /^ufw\.service: enabled$/],
  ['SELinux enforcing', plus('selinux 1', 'selinux.conf enforcing'), '2.2.2', 'not-done', /^getenforce: Enforcing$/],
  ['SELinux back after a reboot', plus('selinux 0', 'selinux.conf permissive'),
    '2.2.2', 'wrong', /SELINUX=permissive$/],
  ['sysctl off', replaced('sysctl net.ipv4.ip_forward 1', 'sysctl net.ipv4.ip_forward 0'),
    '2.2.3', 'wrong', /^net\.ipv4\.ip_forward = 0, want 1$/],
  ['sysctl not kept', without(/^sysctl\.conf net\.ipv4\.ip_forward 1/), '2.2.3', 'not-done', /no file .* keeps it/],
  ['a later file says otherwise', plus('sysctl.conf net.ipv4.ip_forward 0 /etc/sysctl.conf'),
    '2.2.3', 'wrong', /\/etc\/sysctl\.conf says 0 for the next boot/],
  ['br_netfilter not loaded', without(/^sysctl net\.bridge/), '2.2.3', 'not-done', /br_netfilter is not loaded/],
  ['module missing', without('module ip_vs_sh'), '2.2.4', 'wrong', /^lsmod: ip_vs_sh is missing$/],
  ['module not kept', without('module.conf ip_vs_sh'), '2.2.4', 'wrong', /no file loads it at the next boot/],
  ['other zone', replaced('Asia/Shanghai', 'Europe/Paris'),
    '2.2.5', 'wrong', /zoneinfo\/Europe\/Paris, want Asia\/Shanghai$/],
  ['zone never set', (l) => replaced('+0800', '+0000')(replaced('Asia/Shanghai', 'Etc/UTC')(l)!),
    '2.2.5', 'not-done', /Etc\/UTC, want/],
  ['no completion', without('file /usr/share/bash-completion/bash_completion'),
    '2.2.6', 'not-done', /bash_completion is not there/],
  ['swap on again', plus('swap /swapfile file\t524284\t0\t-2'),
    '2.2.7', 'wrong', /^\/proc\/swaps: \/swapfile file 524284 0 -2$/],
  ['swap never off', plus('swap /dev/vdz partition 1 0 -2', 'fstab /dev/vdz none swap sw 0 0'),
    '2.2.7', 'not-done', /^\/proc\/swaps: \/dev\/vdz/],
  ['swap back at the next boot', plus('fstab /dev/vdz none swap sw 0 0'),
    '2.2.7', 'wrong', /^\/etc\/fstab: \/dev\/vdz none swap/],
  ['hosts entry gone', without('hosts 192.168.31.63'),
    '2.2.8', 'not-done', /no line for k8s-node02 \(192\.168\.31\.63\)/],
  ['hosts off by one, as in the course', replaced('hosts 192.168.31.62 k8s-node01', 'hosts 192.168.31.63 k8s-node01'),
    '2.2.8', 'wrong', /192\.168\.31\.63 k8s-node01, want 192\.168\.31\.62/],
  ['no docker', without('docker', 'program', 'image', /^unit docker/),
    '2.3.5', 'not-done', /^docker: command not found$/],
  ['docker does not answer', (l) => plus('docker.error Cannot connect')(without('docker', 'image')(l)!),
    '2.3.5', 'wrong', /^Cannot connect$/],
  ['docker stopped', replaced('docker.service loaded active', 'docker.service loaded inactive'),
    '2.3.6', 'not-done', /^docker\.service: inactive$/],
  ['docker failed', replaced('docker.service loaded active', 'docker.service loaded failed'),
    '2.3.6', 'wrong', /failed/],
  ['docker not enabled', replaced('docker.service loaded active enabled', 'docker.service loaded active disabled'),
    '2.3.8', 'not-done', /^docker\.service: disabled$/],
  ['wrong cgroup driver', replaced('dfsg1 systemd', 'dfsg1 cgroupfs'),
    '2.3.9', 'wrong', /cgroup driver: cgroupfs, want systemd$/],
  ['another kubeadm', replaced('version kubeadm v1.23.17', 'version kubeadm v1.19.0'),
    '2.5.6', 'wrong', /^kubeadm v1\.19\.0, want v1\.23\.17$/],
  ['no kubectl', without('version kubectl'), '2.5.6', 'not-done', /^kubectl: command not found$/],
  ['kubelet’s own driver by its file', replaced('kubelet.cgroupDriver systemd', 'kubelet.cgroupDriver cgroupfs'),
    '2.6.1', 'wrong', /cgroupDriver: cgroupfs .*but docker has systemd/],
  ['kubelet’s driver by its flags, which win',
    replaced('KUBELET_EXTRA_ARGS=', 'KUBELET_EXTRA_ARGS=--cgroup-driver=cgroupfs'),
    '2.6.1', 'wrong', /--cgroup-driver=cgroupfs \(KUBELET_EXTRA_ARGS\)/],
  ['kubelet not told', without('kubelet.cgroupDriver'),
    '2.6.1', 'wrong', /no cgroupDriver .*: cgroupfs, but docker has systemd/],
  ['docker’s driver is not kubelet’s', replaced('dfsg1 systemd', 'dfsg1 cgroupfs'),
    '2.6.1', 'wrong', /but docker has cgroupfs/],
  ['kubelet disabled', replaced('kubelet.service loaded active enabled', 'kubelet.service loaded active disabled'),
    '2.6.2', 'wrong', /^kubelet\.service: disabled$/],
  ['a worker’s image missing', without('image registry.k8s.io/pause:3.6'),
    '2.8.2', 'not-done', /^registry\.k8s\.io\/pause:3\.6 is missing$/],
  ['the pod network’s image missing', without('image docker.io/calico/node:v3.28.5'),
    '2.9.1', 'not-done', /calico\/node:v3\.28\.5 is missing/],
  ['no CNI configuration', without(/^file \/etc\/cni/), '2.9.1', 'not-done', /net\.d is empty/],
  ['another host name', replaced('hostname k8s-node01', 'hostname debian'),
    '2.9.1', 'wrong', /^hostname: debian, want k8s-node01$/],
  ['not joined', without('file /etc/kubernetes/kubelet.conf'), '2.9.4', 'not-done', /kubelet\.conf is not there/],
  ['kubelet stopped', replaced('kubelet.service loaded active', 'kubelet.service loaded inactive'),
    '2.9.4', 'wrong', /^kubelet\.service: inactive$/],
] // prettier-ignore

for (const [what, change, section, state, line] of UNDONE) {
  t.test(`undone on one node: ${what}`, (t) => {
    const r = report(section, { 1: change })
    t.equal(r.ok, false)
    const [s] = r.sections
    t.equal(s!.state, state)
    const bad = s!.nodes.filter((n) => n.state !== 'done' && n.state !== 'not-applicable')
    t.same(
      bad.map((n) => n.node),
      ['k8s-node01'],
      'the other nodes are not blamed',
    )
    const lines = bad[0]!.findings.filter((f) => f.state !== 'done').map((f) => f.line)
    t.ok(lines.some((l) => line.test(l)), lines.join('\n')) // prettier-ignore
    t.end()
  })
}

const UNDONE_CP: readonly (readonly [what: string, change: Change, section: string, state: string, line: RegExp])[] = [
  ['an image missing', without('image registry.k8s.io/etcd:3.5.6-0'), '2.8.1', 'not-done', /etcd:3\.5\.6-0 is missing/],
  ['no init', without(/^file \/etc\/kubernetes/, 'flag', 'api', 'apiserver'),
    '2.9.2', 'not-done', /admin\.conf is not there/],
  ['init with the course’s example addresses',
    replaced('flag --advertise-address=192.168.31.61', 'flag --advertise-address=10.0.2.15'),
    '2.9.2', 'wrong', /advertise-address=10\.0\.2\.15, want 192\.168\.31\.61/],
  ['other pod CIDR', replaced('10.81.0.0/16', '10.244.0.0/16'),
    '2.9.2', 'wrong', /cluster-cidr=10\.244\.0\.0\/16, want 10\.81/],
  ['API server down', (l) => plus('api curl: (7) Failed to connect')(without('api')(l)!),
    '2.9.2', 'wrong', /API server: curl: \(7\)/],
  ['no kubeconfig', without('kubeconfig'), '2.9.3', 'not-done', /no ~\/\.kube\/config of root or klab/],
  ['kubeconfig of another owner', replaced('kubeconfig klab', 'kubeconfig root'),
    '2.9.3', 'wrong', /belongs to root, want klab/],
  ['no kubectl completion', without('file /etc/bash_completion.d/kubectl'),
    '2.9.5', 'not-done', /kubectl completion bash/],
] // prettier-ignore
for (const [what, change, section, state, line] of UNDONE_CP) {
  t.test(`undone on the control plane: ${what}`, (t) => {
    const s = report(section, { 0: change }).sections[0]!
    t.equal(s.state, state)
    const lines = s.nodes
      .find((n) => n.node === 'k8s-master01')!
      .findings.filter((f) => f.state !== 'done')
      .map((f) => f.line)
    t.ok(lines.some((l) => line.test(l)), lines.join('\n')) // prettier-ignore
    t.end()
  })
}

t.test('done by hand, otherwise than klab does it, is done', (t) => {
  const by: readonly (readonly [string, Change])[] = [
    ['2.2.3', replaced(/90-klab-kubernetes/, 'k8s')],
    ['2.2.4', replaced('/etc/modules-load.d/klab-ipvs.conf', '/etc/sysconfig/modules/ipvs.modules')],
    ['2.2.4', replaced(/nf_conntrack\b/, 'nf_conntrack_ipv4')],
    ['2.2.5', replaced('zone /usr/share/zoneinfo/Asia/Shanghai', 'zone ../usr/share/zoneinfo/Asia/Shanghai')],
    ['2.2.5', replaced('zone /usr/share/zoneinfo/Asia/Shanghai', 'zone ')],
    ['2.2.8', replaced('hosts 192.168.31.62 k8s-node01', 'hosts 192.168.31.62 node1 k8s-node01')],
    [
      '2.6.1',
      (l) =>
        replaced(
          'KUBELET_EXTRA_ARGS=',
          'KUBELET_EXTRA_ARGS="--cgroup-driver=systemd"',
        )(without('kubelet.cgroupDriver')(l)!),
    ],
    ['2.9.5', (l) => plus('completion kubectl /root/.bashrc')(without('file /etc/bash_completion.d/kubectl')(l)!)],
  ]
  for (const [section, change] of by)
    t.equal(report(section, { 0: change, 1: change }).sections[0]!.state, 'done', section)
  t.end()
})

t.test('kube-proxy in ipvs mode is what kube-proxy says it is', (t) => {
  const lab = labOf(fourNodes('kubernetes: { proxyMode: ipvs }\n'))
  const ipvs = replaced('proxyMode iptables', 'proxyMode ipvs')
  t.equal(report('2.2.4', { 0: ipvs, 1: ipvs, 2: ipvs, 3: ipvs }, lab).sections[0]!.state, 'done')
  const fallen = report('2.2.4', { 0: ipvs, 1: ipvs, 2: ipvs }, lab).sections[0]!
  t.equal(fallen.state, 'wrong')
  t.match(fallen.nodes[3]!.findings.at(-1), { state: 'wrong', line: /mode: iptables/ })
  t.equal(report('2.2.4', { 0: ipvs, 1: ipvs, 2: ipvs, 3: without('proxyMode') }, lab).sections[0]!.state, 'not-done')
  t.equal(report('2.2.4', {}, labOf(fourNodes('os: { ipvs: false }\n'))).sections[0]!.state, 'not-applicable')
  t.end()
})

t.test('clock: what is more than half a minute off', (t) => {
  t.equal(report('2.2.5', {}, course, 20).sections[0]!.state, 'done')
  t.match(report('2.2.5', {}, course, -400).sections[0], {
    state: 'wrong',
    nodes: [{ findings: [{}, { line: /400 s behind the host/ }] }],
  })
  const servers = labOf(fourNodes('os: { timeServers: [ntp.example] }\n'))
  t.equal(report('2.2.5', {}, servers).sections[0]!.state, 'not-done')
  const chrony = plus('unit chrony.service loaded active enabled')
  t.equal(report('2.2.5', { 0: chrony, 1: chrony, 2: chrony, 3: chrony }, servers).sections[0]!.state, 'done')
  t.end()
})

t.test('registry mirrors, when the Labfile asks for some', (t) => {
  const lab = labOf(fourNodes('kubernetes: { registryMirrors: [https://mirror.example] }\n'))
  const uses = replaced('systemd []', 'systemd ["https://mirror.example/"]')
  t.equal(report('2.3.7', { 0: uses, 1: uses, 2: uses, 3: uses }, lab).sections[0]!.state, 'done')
  t.equal(report('2.3.7', {}, lab).sections[0]!.state, 'not-done')
  const written = replaced('daemon.json {', 'daemon.json { "registry-mirrors": ["https://mirror.example"],')
  t.match(report('2.3.7', { 0: written }, lab).sections[0], {
    state: 'wrong',
    nodes: [{ findings: [{ line: /restart it/ }] }],
  })
  t.end()
})

t.test('containerd instead of docker: the same sections, of containerd', (t) => {
  const lab = labOf(fourNodes('kubernetes: { runtime: containerd }\n'))
  const runs: Change = (l) =>
    plus(
      'program containerd',
      'containerd 1.6.20',
      'containerd.conf SystemdCgroup = true',
      'unit containerd.service loaded active enabled',
    )(
      replaced(
        'image klab.local',
        'image docker.io/klab.local',
      )(without('docker', 'program', 'daemon.json', /^unit docker/)(l)!)!,
    )
  const all = { 0: runs, 1: runs, 2: runs, 3: runs }
  const r = report('2', all, lab)
  t.same(r.sections.filter((s) => s.state === 'wrong' || s.state === 'not-done'), []) // prettier-ignore
  t.match(r.sections.find((s) => s.section === '2.3.5')!.nodes[0]!.findings, [
    { state: 'done', line: 'containerd 1.6.20' },
  ])
  const fs: Change = (l) => replaced('SystemdCgroup = true', 'SystemdCgroup = false')(runs(l)!)
  t.match(report('2.3.9', { ...all, 1: fs }, lab).sections[0], { state: 'wrong' })
  t.end()
})
