/**
 * The phase scripts for real on each family, against tools that answer as the recorded ones: which commands, in which
 * order, and what is on the disk afterwards.
 */
import t from 'tap'
import { golden } from '../fakes/golden.js'
import { guestRoot, type GuestRoot } from '../fakes/guest-root.js'
import { fourNodes } from '../fakes/world.js'
import { centos7, rocky9 } from './distributions.js'
import { BUNDLE, CHANGES, runAll } from './run-all.js'

const COURSE = fourNodes(`image: { path: centos7.qcow2 }
network: { internet: true }
kubernetes:
  { version: 1.17.5, bundle: { dir: b }, packages: repository, dockerVersion: 19.03.8,
    registryMirrors: ['https://mirror.example/'] }
os: { timeServers: [time1.aliyun.com] }
mirrors: { os: 'http://mirrors.aliyun.com/centos-vault/7.9.2009', docker: 'https://mirrors.aliyun.com/docker-ce' }
`)
t.test(
  'CentOS 7: the course’s commands in the course’s order; a second run installs nothing and changes no file',
  (t) => {
    const g = guestRoot(t, COURSE, centos7, BUNDLE)
    golden(t, 'guest/centos7.txt', runAll(t, g))
    t.equal(g.read('state/selinux'), 'Permissive\n', '2.2.2, now')
    t.match(g.read('etc/selinux/config'), /^SELINUX=disabled$/m, '2.2.2, after a reboot')
    t.notMatch(g.read('etc/selinux/config'), /^SELINUX=enforcing/m)
    t.match(g.read('etc/fstab'), /^#\/dev\/mapper\/centos-swap swap/m)
    t.equal(g.read('etc/chrony.klab.conf'), 'server time1.aliyun.com iburst\n', '2.2.5')
    t.match(g.read('etc/chrony.conf'), /^#server 0\.centos[^]*^makestep 1\.0 3\ninclude \/etc\/chrony\.klab\.conf\n$/m)
    t.equal(g.read('etc/sysconfig/kubelet'), 'KUBELET_EXTRA_ARGS=--cgroup-driver=systemd\n', '2.6.1')
    golden(t, 'guest/centos7.ipvs.modules', g.read('etc/sysconfig/modules/ipvs.modules') ?? '')
    for (const repo of ['klab-os', 'docker-ce', 'kubernetes'])
      golden(t, `guest/centos7.${repo}.repo`, g.read(`etc/yum.repos.d/${repo}.repo`) ?? '')
    t.same(JSON.parse(g.read('etc/docker/daemon.json') ?? ''), {
      'registry-mirrors': ['https://mirror.example'],
      'exec-opts': ['native.cgroupdriver=systemd'],
      'storage-driver': 'overlay2',
      'log-driver': 'json-file',
      'log-opts': { 'max-size': '10m', 'max-file': '2' },
    })
    t.ok(g.read('etc/yum.repos.d.backup/CentOS-Base.repo'), 'the image’s repositories are kept aside')
    t.notOk(g.read('etc/yum.repos.d/CentOS-Vault.repo'))
    t.ok(g.read('etc/yum.repos.d/mine.repo'), 'others’ stay')
    t.match(g.read('state/units'), /^firewalld.service disabled$/m)
    for (const unit of ['chronyd', 'docker', 'kubelet'])
      t.match(g.read('state/units'), new RegExp(`^${unit}.service enabled$`, 'm'))

    const before = g.tree()
    t.notMatch(runAll(t, g), CHANGES)
    t.same(g.tree(), before)
    t.end()
  },
)

t.test('CentOS 7 without mirrors, kubeadm from the bundle: the vault, no repository of Kubernetes', (t) => {
  const lab = fourNodes(
    'network: { internet: true }\nkubernetes: { version: 1.17.5, bundle: { dir: b }, dockerVersion: 19.03.8 }\n',
  )
  const g = guestRoot(t, lab, centos7, BUNDLE)
  t.notMatch(runAll(t, g), /makecache|kubelet-/)
  t.match(g.read('etc/yum.repos.d/klab-os.repo'), /^baseurl=https:\/\/vault\.centos\.org\/7\.9\.2009\/os\/x86_64\/$/m)
  t.match(
    g.read('etc/yum.repos.d/docker-ce.repo'),
    /^baseurl=https:\/\/download\.docker\.com\/linux\/centos\/7\/x86_64\/stable$/m,
  )
  t.equal(g.read('etc/yum.repos.d/kubernetes.repo'), undefined)
  t.match(
    g.read('etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
    /^EnvironmentFile=-\/etc\/sysconfig\/kubelet$/m,
  )
  t.match(g.read('usr/bin/kubeadm'), /^#!/)
  t.end()
})

t.test(
  '2.9.7, the index’s signature does not verify: repo_gpgcheck=0 for that repository, packages still checked',
  (t) => {
    for (const [name, d] of [
      ['yum', centos7] as const,
      ['dnf', { ...rocky9, available: rocky9.available.map((p) => p.replace('1.28.2', '1.23.17')) }] as const,
    ]) {
      const lab =
        name === 'yum' ? COURSE : fourNodes('network: { internet: true }\nkubernetes: { packages: repository }\n')
      const g = guestRoot(t, lab, d, BUNDLE)
      g.set('bad-index')
      const { text, code, commands } = g.run('packages')
      t.equal(code, 0, text)
      t.match(
        text,
        /GPG signature verification error|signature could not be verified for kubernetes/,
        'what the tool said is shown',
      )
      t.match(text, /course 2\.9\.7: .*repo_gpgcheck=0/)
      t.equal(commands.filter((c) => c.includes('makecache')).length, 2)
      t.match(g.read('etc/yum.repos.d/kubernetes.repo'), /^gpgcheck=1\n[^]*repo_gpgcheck=0$/m)
      t.notMatch(commands.join('\n'), /nogpgcheck/)
      t.notMatch(g.run('packages').commands.join('\n'), CHANGES, 'again: nothing to do')
    }
    t.end()
  },
)

t.test('what is no bad index stops: no network, a package whose key does not fit, a version that is not there', (t) => {
  const fails = (more: (g: GuestRoot) => void, phase: string, said: RegExp, lab = COURSE) => {
    const g = guestRoot(t, lab, centos7, BUNDLE)
    more(g)
    const { text, code } = g.run(phase)
    t.not(code, 0, `${said.source}: fails`)
    t.match(text, said)
    return g
  }
  const offline = fails((g) => g.set('no-network'), 'packages', /Could not resolve host: mirrors\.aliyun\.com/)
  t.match(offline.read('etc/yum.repos.d/kubernetes.repo'), /^repo_gpgcheck=1$/m, 'not taken for a bad signature')
  const unsigned = fails(
    (g) => g.set('bad-package'),
    'packages',
    /Public key for kubelet[^]*not installed: kubelet-1\.17\.5 kubeadm-1\.17\.5 kubectl-1\.17\.5\./,
  )
  t.notMatch(unsigned.read('state/installed'), /kubelet/)
  // yum installs the others and ends well.
  fails(
    () => undefined,
    'runtime',
    /No package docker-ce-18\.09\.8 available[^]*not installed: docker-ce-18\.09\.8 docker-ce-cli-18\.09\.8\./,
    COURSE.replace('19.03.8', '18.09.8'),
  )
  const lost = fails((g) => g.set('no-network'), 'system', /not installed: ipset ipvsadm/)
  t.match(lost.read('state/units'), /^firewalld.service disabled$/m, 'as far as it came')
  t.end()
})

t.test('an image with cgroup v2 is no place for Kubernetes 1.17, which is said first', (t) => {
  const g = guestRoot(t, COURSE, centos7, BUNDLE)
  g.write('usr/sbin/stat', '#!/bin/bash\necho cgroup2fs\n')
  const { text, code, commands } = g.run('system')
  t.equal(code, 1)
  t.match(text, /Kubernetes 1\.17\.5 knows cgroup v1 only/)
  t.same(commands, ['uname -m'], 'nothing was changed')
  t.end()
})

t.test('kernel-lt: from ELRepo’s archive, and the next boot takes it', (t) => {
  const g = guestRoot(t, COURSE.replace('os: {', 'os: { kernel: lt,'), centos7, BUNDLE)
  const { text, code, commands } = g.run('system')
  t.equal(code, 0, text)
  const elrepo = g.read('etc/yum.repos.d/klab-elrepo.repo')
  t.match(elrepo, /^baseurl=https:\/\/mirrors\.aliyun\.com\/elrepo\/archive\/kernel\/el7\/x86_64\nenabled=1\n/m)
  t.match(elrepo, /\nenabled=1\ngpgcheck=1\ngpgkey=https:/)
  t.ok(commands.indexOf('yum -y install kernel-lt') < commands.indexOf('grub2-set-default 0'))
  t.match(text, /running 3\.10\.0-1160\.el7\.x86_64; kernel-lt from the next boot on/)
  t.notMatch(g.run('system').commands.join('\n'), /install kernel-lt/)
  g.set('no-conntrack-ipv4')
  t.equal(g.run('system').code, 0, 'under the new kernel the course’s module list still loads')
  t.match(g.read('state/log'), /modprobe -q -- nf_conntrack_ipv4\nmodprobe -- nf_conntrack\n/)
  t.end()
})

t.test('Rocky 9: dnf, modules-load.d, SELinux permissive, the image’s own repositories', (t) => {
  const lab = fourNodes(
    'network: { internet: true }\n' +
      'kubernetes: { version: 1.28.2, runtime: containerd, bundle: { dir: b }, packages: repository }\n',
  )
  const g = guestRoot(t, lab, rocky9, BUNDLE)
  golden(t, 'guest/rocky9.txt', runAll(t, g))
  t.match(g.read('etc/selinux/config'), /^SELINUX=permissive$/m)
  t.equal(g.read('etc/modules-load.d/klab-ipvs.conf'), 'ip_vs\nip_vs_rr\nip_vs_wrr\nip_vs_sh\nnf_conntrack\n')
  t.equal(g.read('etc/yum.repos.d/klab-os.repo'), undefined)
  t.ok(g.read('etc/yum.repos.d/rocky.repo'))
  golden(t, 'guest/rocky9.kubernetes.repo', g.read('etc/yum.repos.d/kubernetes.repo') ?? '')
  t.equal(g.read('etc/sysconfig/kubelet'), 'KUBELET_EXTRA_ARGS=\n', 'kubeadm’s configuration has the cgroup driver')
  const before = g.tree()
  t.notMatch(runAll(t, g), CHANGES)
  t.same(g.tree(), before)
  t.end()
})

t.test('mirrors for dnf: BaseOS and AppStream, signed by the image’s key alone', (t) => {
  const g = guestRoot(
    t,
    fourNodes('network: { internet: true }\nmirrors: { os: "https://mirror.example/rocky/9" }\n'),
    rocky9,
    BUNDLE,
  )
  runAll(t, g, ['system'])
  golden(t, 'guest/rocky9.klab-os.repo', g.read('etc/yum.repos.d/klab-os.repo') ?? '')
  t.notOk(g.read('etc/yum.repos.d/rocky.repo'))
  t.end()
})
