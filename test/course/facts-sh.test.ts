/** What cloud-init/check/facts.sh prints of machines in all states, and that it comes to its end on each. */
import t from 'tap'
import { isComplete } from '../../src/course/facts.js'
import { FOLDERS, look, SCRIPT } from './guest-root.js'

t.test('every folder that the script reads is moved: nothing here depends on the host', (t) => {
  const left = SCRIPT.replace(FOLDERS, '@')
    .split('\n')
    .filter((l) => !l.startsWith('#') && /\s"?\/(?!dev\/|proxyMode\b)/.test(l))
  t.same(left, [])
  t.end()
})

t.test('an empty machine: what there is, no errors, and the end', (t) => {
  const { facts, stderr } = look(t)
  t.equal(stderr, '')
  t.ok(isComplete(facts))
  t.equal(facts.one('cpus'), '2')
  t.equal(facts.one('memory'), '3016396')
  t.equal(facts.one('disk'), String(50 * 2 ** 30))
  t.equal(facts.one('kernel'), '6.1.0-37-cloud-amd64')
  t.equal(facts.one('hostname'), 'k8s-master01')
  t.equal(facts.one('zone'), '/usr/share/zoneinfo/Asia/Shanghai')
  t.match(facts.one('epoch'), /^\d{10}$/)
  t.same(facts.all('module'), ['ip_vs', 'ip_vs_rr'])
  t.same(facts.of('sysctl', 'net.ipv4.ip_forward'), ['1'])
  for (const key of ['swap', 'fstab', 'image', 'version', 'selinux', 'api', 'file', 'repo', 'unit', 'hosts'])
    t.same(facts.all(key), [], key)
  t.end()
})

t.test('swap, fstab, hosts, modules, sysctl files: comments and other lines do not count', (t) => {
  const { facts, stderr } = look(t, {
    files: {
      'proc/swaps':
        'Filename Type Size Used Priority\n/swapfile                               file\t\t524284\t\t0\t\t-2\n',
      'etc/fstab':
        '# /dev/old none swap sw 0 0\nUUID=1 / ext4 rw 0 1\n/swapfile none\tswap sw 0 0\n' +
        '#/dev/x swap swap defaults 0 0\n/dev/sdb /swap ext4 rw',
      'etc/hosts': '127.0.0.1 localhost\n# 1.2.3.4 no\n\n192.168.31.61\t k8s-master01  m1\n192.168.31.62 k8s-node01',
      'etc/modules': '# ip_vs_sh\nip_vs\n',
      'etc/sysconfig/modules/ipvs.modules': '#!/bin/bash\nmodprobe -- ip_vs_rr\n',
      'etc/modules-load.d/k.conf': 'br_netfilter\nip_vs',
      'sys/module/ip_vs_wrr/refcnt': '0',
      'etc/sysctl.d/90-a.conf':
        '# net.ipv4.ip_forward = 0\nnet.ipv4.ip_forward=1\n' +
        '-net.bridge.bridge-nf-call-iptables   =   1\nnet.ipv4.ip_forwardx = 7\n',
      'etc/sysctl.conf': 'net.ipv4.ip_forward = 0',
    },
  })
  t.equal(stderr, '')
  t.match(facts.all('swap'), [/^\/swapfile\s+file/])
  t.same(facts.all('fstab'), ['/swapfile none\tswap sw 0 0'])
  t.same(facts.all('hosts'), ['127.0.0.1 localhost', '192.168.31.61 k8s-master01 m1', '192.168.31.62 k8s-node01'])
  t.same(facts.all('module'), ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr'])
  t.same(facts.all('module.conf'), [
    'ip_vs /etc/modules',
    'br_netfilter /etc/modules-load.d/k.conf',
    'ip_vs /etc/modules-load.d/k.conf',
    'ip_vs_rr /etc/sysconfig/modules/ipvs.modules',
  ])
  t.same(facts.all('sysctl.conf'), [
    'net.ipv4.ip_forward 1 /etc/sysctl.d/90-a.conf',
    'net.bridge.bridge-nf-call-iptables 1 /etc/sysctl.d/90-a.conf',
    'net.ipv4.ip_forward 0 /etc/sysctl.conf',
  ])
  t.end()
})

t.test('SELinux, repositories, completion', (t) => {
  const { facts, stderr } = look(t, {
    files: {
      'sys/fs/selinux/enforce': '1',
      'etc/selinux/config': '# SELINUX= can take\nSELINUX=permissive\nSELINUXTYPE=targeted\n',
      'etc/apt/sources.list': '# deb http://no.example x\ndeb http://debian.example bookworm main\n',
      'etc/apt/sources.list.d/k.sources': 'Types: deb\nURIs: http://k8s.example\n',
      'etc/yum.repos.d/kubernates.repo': '[kubernetes]\nname=Kubernetes\nbaseurl=https://yum.example/kubernetes-el7\n',
      'usr/share/bash-completion/bash_completion': '',
      'etc/bash_completion.d/kubectl': '',
      'home/klab/.bashrc': '# mine\nsource <(kubeadm completion bash)\n',
    },
  })
  t.equal(stderr, '')
  t.equal(facts.one('selinux'), '1')
  t.equal(facts.one('selinux.conf'), 'permissive')
  t.same(facts.all('repo'), [
    '/etc/apt/sources.list deb http://debian.example bookworm main',
    '/etc/apt/sources.list.d/k.sources URIs: http://k8s.example',
    '/etc/yum.repos.d/kubernates.repo baseurl=https://yum.example/kubernetes-el7',
  ])
  t.same(facts.all('file'), ['/usr/share/bash-completion/bash_completion', '/etc/bash_completion.d/kubectl'])
  t.same(facts.all('completion'), ['kubeadm /home/klab/.bashrc'])
  t.end()
})

t.test('units: one call for all of them, in whatever order their properties come', (t) => {
  const { facts } = look(t, {
    tools: {
      systemctl:
        'echo "$@" >&2\n' +
        'printf "%s\\n" ' +
        'Id=docker.service LoadState=loaded ActiveState=active UnitFileState=enabled "" ' +
        'UnitFileState=disabled ActiveState=inactive LoadState=loaded Id=kubelet.service "" ' +
        'Id=ufw.service LoadState=not-found ActiveState=inactive UnitFileState=',
    },
  })
  t.same(facts.all('unit'), [
    'docker.service loaded active enabled',
    'kubelet.service loaded inactive disabled',
    'ufw.service not-found inactive none',
  ])
  t.end()
})

const DOCKER = `case $1 in
info) echo '20.10.24+dfsg1 systemd ["https://mirror.example/"]' ;;
images) printf '%s\\n' k8s.gcr.io/pause:3.2 klab.local/flannel:v0.15.1 ;;
esac`

t.test('docker: version, driver, mirrors, images; a daemon that does not answer says why', (t) => {
  const { facts } = look(t, {
    files: { 'etc/docker/daemon.json': '{\n  "exec-opts": ["native.cgroupdriver=systemd"]\n}\n' },
    tools: { docker: DOCKER },
  })
  t.equal(facts.one('docker'), '20.10.24+dfsg1 systemd ["https://mirror.example/"]')
  t.equal(facts.one('daemon.json'), '{   "exec-opts": ["native.cgroupdriver=systemd"] }')
  t.same(facts.all('image'), ['k8s.gcr.io/pause:3.2', 'klab.local/flannel:v0.15.1'])
  t.end()
})

t.test('docker that does not answer', (t) => {
  const { facts } = look(t, { tools: { docker: 'echo "Cannot connect to the daemon" >&2; echo again >&2; exit 1' } })
  t.equal(facts.one('docker'), undefined)
  t.equal(facts.one('docker.error'), 'Cannot connect to the daemon again')
  t.ok(facts.has('program', 'docker'))
  t.same(facts.all('image'), [])
  t.ok(isComplete(facts))
  t.end()
})

t.test('containerd', (t) => {
  const { facts } = look(
    t,
    {
      files: { 'etc/containerd/config.toml': '# x\nversion = 2\n      SystemdCgroup = true\n' },
      tools: {
        containerd: 'echo "containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1"',
        ctr: '[ "$*" = "-n k8s.io images ls -q" ] && printf "%s\\n" docker.io/calico/node:v3.14.2 sha256:abc',
      },
    },
    'containerd',
  )
  t.equal(facts.one('containerd'), '1.6.20~ds1')
  t.same(facts.all('containerd.conf'), ['version = 2', 'SystemdCgroup = true'])
  t.same(facts.all('image'), ['docker.io/calico/node:v3.14.2', 'sha256:abc'])
  t.end()
})

t.test('kubeadm, kubelet, kubectl: versions, and where kubelet gets its driver', (t) => {
  const { facts, stderr } = look(t, {
    files: {
      'etc/default/kubelet': 'KUBELET_EXTRA_ARGS=--cgroup-driver=cgroupfs\n',
      'var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--network-plugin=cni --node-ip=192.168.31.61"\n',
      'var/lib/kubelet/config.yaml': 'kind: KubeletConfiguration\ncgroupDriver: systemd\nclusterDomain: x\n',
      'etc/cni/net.d/10-flannel.conflist': '{}',
    },
    tools: {
      kubeadm: '[ "$*" = "version -o short" ] && echo v1.20.2',
      kubelet: 'echo Kubernetes v1.20.2',
      kubectl:
        '[ "$*" = "version --client -o yaml" ] && ' +
        'printf "clientVersion:\\n  gitTreeState: clean\\n  gitVersion: v1.19.0\\n"',
    },
  })
  t.equal(stderr, '')
  t.same(facts.all('version'), ['kubeadm v1.20.2', 'kubelet v1.20.2', 'kubectl v1.19.0'])
  t.same(facts.all('kubelet.args'), [
    'KUBELET_EXTRA_ARGS=--cgroup-driver=cgroupfs',
    'KUBELET_KUBEADM_ARGS="--network-plugin=cni --node-ip=192.168.31.61"',
  ])
  t.equal(facts.one('kubelet.cgroupDriver'), 'systemd')
  t.same(facts.all('file'), ['/etc/cni/net.d/10-flannel.conflist'])
  t.end()
})

const API =
  'apiVersion: v1\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n' +
  '    - --advertise-address=192.168.31.61\n    - --service-cluster-ip-range=10.1.0.0/16\n' +
  '    image: k8s.gcr.io/kube-apiserver:v1.20.2\n'
const CONTROL_PLANE: Record<string, string> = {
  'etc/kubernetes/admin.conf': '',
  'etc/kubernetes/manifests/kube-apiserver.yaml': API,
  'etc/kubernetes/manifests/kube-controller-manager.yaml': '    - --cluster-cidr=10.81.0.0/16\n',
  'root/.kube/config': 'clusters:\n- cluster:\n    server: https://192.168.31.61:6443\n',
}

t.test('a control plane: what init was told, the kubeconfig, the API server’s tables; a worker is not asked', (t) => {
  const tools = {
    curl: 'printf \'{"kind":"Table","n":1}\\n\\napi {"kind":"Table","n":2}\\n\\napi \'',
    stat: 'echo root',
  }
  const { facts } = look(t, { files: CONTROL_PLANE, tools })
  t.same(facts.all('flag'), [
    '--advertise-address=192.168.31.61',
    '--service-cluster-ip-range=10.1.0.0/16',
    '--cluster-cidr=10.81.0.0/16',
  ])
  t.equal(facts.one('apiserver'), 'v1.20.2')
  t.same(facts.all('kubeconfig'), ['root /root/.kube/config https://192.168.31.61:6443'])
  t.same(facts.all('api').filter(Boolean), ['{"kind":"Table","n":1}', '{"kind":"Table","n":2}'])
  t.ok(facts.has('file', '/etc/kubernetes/admin.conf'))
  t.end()
})

t.test('no API server: curl’s own words', (t) => {
  const { facts } = look(t, {
    files: CONTROL_PLANE,
    tools: { curl: 'echo "curl: (7) Failed to connect" >&2; exit 7', stat: 'echo root' },
  })
  t.same(facts.all('api').filter(Boolean), ['curl: (7) Failed to connect'])
  t.ok(isComplete(facts))
  t.end()
})

t.test('workers and plain machines', (t) => {
  const tools = { curl: 'echo called >&2', docker: 'echo called >&2', kubeadm: 'echo called >&2' }
  const worker = look(t, { files: CONTROL_PLANE, tools: { curl: tools.curl } }, 'docker', 'worker')
  t.equal(worker.stderr, '')
  t.same(worker.facts.all('flag'), [])
  const plain = look(t, { files: {}, tools }, '', 'worker')
  t.equal(plain.stderr, '')
  t.same(plain.facts.all('version'), [])
  t.ok(isComplete(plain.facts))
  t.end()
})

t.test('dear parts are left out where nobody wants them', (t) => {
  const loud = 'echo called >&2'
  const tools = { curl: loud, docker: loud, kubeadm: loud, kubelet: loud, kubectl: loud, stat: loud }
  const { facts, stderr } = look(t, { files: CONTROL_PLANE, tools }, 'docker', 'control-plane', 'klab', '')
  t.equal(stderr, '')
  t.ok(isComplete(facts))
  t.end()
})
