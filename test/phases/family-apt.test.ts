/** The same for Debian and Ubuntu, for bundles with packages, and for what klab does not know. */
import t from 'tap'
import { golden } from '../fakes/golden.js'
import { guestRoot } from '../fakes/guest-root.js'
import { fourNodes } from '../fakes/world.js'
import { centos7, debian12, debian13, rocky9, ubuntu2204 } from './distributions.js'
import { BUNDLE, CHANGES, runAll } from './run-all.js'

t.test('packages in a bundle of one’s own: no repository is asked', (t) => {
  const lab = fourNodes('kubernetes: { version: 1.17.5, bundle: { dir: b }, dockerVersion: 19.03.8 }\n')
  const rpms = centos7.available.map((p) => [`packages/${p.replace(' ', '-')}-1.el7.x86_64.rpm`, ''])
  const g = guestRoot(
    t,
    lab,
    { ...centos7, available: [] },
    { ...BUNDLE, ...(Object.fromEntries(rpms) as Record<string, string>) },
  )
  g.set('no-network')
  const log = runAll(t, g)
  const asked = log.split('\n').filter((c) => /^yum .*install/.test(c))
  t.equal(asked.length, 1)
  t.match(asked[0], /^yum -y --disablerepo=\* install .*docker-ce-19\.03\.8-1\.el7\.x86_64\.rpm/)
  t.end()
})

t.test('packages that somebody handed over are installed, needed or not, and once', (t) => {
  const debs = { 'packages/htop_3.2.2-2_amd64.deb': '', 'packages/socat_1.7.4_amd64.deb': '', 'packages/x.rpm': '' }
  const known = { ...debian12, installed: [...debian12.installed.filter((p) => !/^socat /.test(p)), 'socat 1.7.4'] }
  const g = guestRoot(t, fourNodes(), known, { ...BUNDLE, ...debs })
  const installs = (log: string): string[] => log.split('\n').filter((c) => /^(apt-get|yum) .*install/.test(c))
  t.same(installs(runAll(t, g)), [
    'apt-get install -qy --no-install-recommends --no-download --allow-downgrades ' +
      '/run/klab/bundle/packages/htop_3.2.2-2_amd64.deb',
  ])
  t.same(installs(runAll(t, g)), [], 'again: nothing to do')
  const rpm = { 'packages/htop-3.2.2-1.el7.x86_64.rpm': '' }
  const lab = fourNodes('network: { internet: true }\nkubernetes: { version: 1.17.5, bundle: { dir: b } }\n')
  const el = guestRoot(t, lab, centos7, { ...BUNDLE, ...rpm })
  t.match(installs(runAll(t, el)), [/^yum -y --disablerepo=\* install .*htop-3\.2\.2-1\.el7\.x86_64\.rpm$/])
  t.same(installs(runAll(t, el)), [], 'again: nothing to do')
  t.end()
})

t.test('a handed package that is older than the image’s takes its place: it was asked for', (t) => {
  const known = { ...debian12, installed: [...debian12.installed.filter((p) => !/^socat /.test(p)), 'socat 1.8.0'] }
  const g = guestRoot(t, fourNodes(), known, { ...BUNDLE, 'packages/socat_1.7.4_amd64.deb': '' })
  t.match(runAll(t, g), /install .*socat_1\.7\.4_amd64\.deb/)
  t.match(g.read('state/installed'), /^socat 1\.7\.4$/m)
  t.notMatch(runAll(t, g), /^apt-get .*install/m, 'again: nothing to do')
  t.end()
})

t.test('the same with yum and dnf, which have a command of its own for it', (t) => {
  for (const [known, pm, version, runtime] of [
    [centos7, 'yum', '1.17.5', 'docker'],
    [rocky9, 'dnf', '1.28.2', 'containerd'],
  ] as const) {
    const packages = [...known.installed.filter((p) => !/^(socat|htop) /.test(p)), 'socat 1.8.0', 'htop 3.2.2']
    const more = { 'packages/socat-1.7.4-1.el.x86_64.rpm': '', 'packages/htop-3.2.2-1.el.x86_64.rpm': '' }
    const cluster = `kubernetes: { version: ${version}, runtime: ${runtime}, bundle: { dir: b } }\n`
    const lab = fourNodes(`network: { internet: true }\n${cluster}`)
    const g = guestRoot(t, lab, { ...known, installed: packages }, { ...BUNDLE, ...more })
    const log = runAll(t, g)
    t.match(log, new RegExp(`^${pm} -y --disablerepo=\\* downgrade .*/socat-1\\.7\\.4-1\\.el\\.x86_64\\.rpm$`, 'm'))
    t.match(g.read('state/installed'), /^socat 1\.7\.4$/m)
    t.notMatch(runAll(t, g), /downgrade/, 'again: nothing to do')
  }
  t.end()
})

t.test('klab’s own Debian image: nothing is installed, settings as ever', (t) => {
  const g = guestRoot(t, fourNodes(), debian12, BUNDLE)
  golden(t, 'guest/debian12.txt', runAll(t, g))
  t.equal(g.read('etc/default/kubelet'), 'KUBELET_EXTRA_ARGS=\n')
  t.match(g.read('etc/systemd/system/kubelet.service.d/10-kubeadm.conf'), /^EnvironmentFile=-\/etc\/default\/kubelet$/m)
  golden(t, 'guest/debian12.daemon.json', g.read('etc/docker/daemon.json') ?? '')
  const before = g.tree()
  runAll(t, g)
  t.same(g.tree(), before)
  t.end()
})

t.test('klab’s image with Debian 13, containerd and cgroup v2: nothing is installed, docker stays off', (t) => {
  const lab = fourNodes('image: debian-13\nkubernetes: { version: 1.30.14, runtime: containerd, bundle: { dir: b } }\n')
  const g = guestRoot(t, lab, debian13, BUNDLE)
  g.write('usr/sbin/stat', '#!/bin/bash\necho cgroup2fs\n')
  golden(t, 'guest/debian13.txt', runAll(t, g))
  t.match(g.read('etc/containerd/config.toml'), /^version = 2\n[^]*SystemdCgroup = true$/m)
  t.match(g.read('state/units'), /^docker.service disabled$/m)
  t.match(g.read('state/units'), /^containerd.service enabled$/m)
  const before = g.tree()
  t.notMatch(runAll(t, g), CHANGES)
  t.same(g.tree(), before)
  t.end()
})

t.test('Ubuntu: mirrors, ufw off, what a cloud image lacks, versions from the repositories', (t) => {
  const lab = fourNodes(`network: { internet: true }
kubernetes: { version: 1.23.17, bundle: { dir: b }, packages: repository, dockerVersion: 24.0.7 }
mirrors: { os: 'http://mirror.example/ubuntu' }
`)
  const g = guestRoot(t, lab, ubuntu2204, BUNDLE)
  golden(t, 'guest/ubuntu2204.txt', runAll(t, g))
  t.match(g.read('state/units'), /^ufw.service disabled$/m)
  t.equal(g.read('etc/apt/sources.list'), undefined)
  t.ok(g.read('etc/apt/sources.list.backup'))
  t.ok(g.read('etc/apt/sources.list.d/mine.list'))
  for (const list of ['klab-os', 'docker-ce', 'kubernetes'])
    golden(t, `guest/ubuntu2204.${list}.list`, g.read(`etc/apt/sources.list.d/${list}.list`) ?? '')
  const before = g.tree()
  t.notMatch(runAll(t, g), CHANGES)
  t.same(g.tree(), before)
  t.end()
})

t.test('a docker that Ubuntu’s repository lacks is said so; one that merely begins alike is not taken', (t) => {
  const lab = fourNodes(
    'network: { internet: true }\nkubernetes: { version: 1.23.17, bundle: { dir: b }, dockerVersion: 24.0.1 }\n',
  )
  const g = guestRoot(t, lab, { ...ubuntu2204, available: ['docker-ce 5:24.0.11-1~ubuntu.22.04~jammy'] }, BUNDLE)
  const { text, code } = g.run('runtime')
  t.equal(code, 1)
  t.match(text, /no docker-ce 24\.0\.1 for jammy in deb \[signed-by=\/etc\/apt\/keyrings\/docker-ce\.asc\] https:/)
  t.end()
})

t.test('a distribution that klab does not know: a sentence, nothing changed', (t) => {
  const g = guestRoot(
    t,
    fourNodes(),
    {
      ...rocky9,
      osRelease: 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.5"\nPRETTY_NAME="openSUSE Leap 15.5"\n',
    },
    BUNDLE,
  )
  const before = g.tree()
  const { text, code, commands } = g.run('system')
  t.equal(code, 1)
  t.match(text, /this image is openSUSE Leap 15\.5/)
  t.same([commands, g.tree()], [[], before])
  t.end()
})
