/** `klab explain` says what klab runs: rendered from the very scripts, so a line that it prints stands in them. */
import { spawnSync } from 'node:child_process'
import { parse, parseAllDocuments } from 'yaml'
import t from 'tap'
import { explainSection, type ExplainInput } from '../../src/course/explain.js'
import { commandsOf, fill, sectionsOf } from '../../src/course/script.js'
import { findSections, partsFor, SECTIONS } from '../../src/course/sections.js'
import { explainInput } from '../../src/lab/explain.js'
import type { OpenLab } from '../../src/lab/open.js'
import { loadScripts } from '../../src/node/guest-phase.js'
import { fourNodes, labOf, makeWorld, root } from '../fakes/world.js'
import { golden } from '../fakes/golden.js'
import { IMAGES } from './machines.js'

const input = async (more = ''): Promise<ExplainInput> => {
  const world = { assets: root, layers: { list: () => Promise.resolve([]) } as never }
  return {
    ...(await explainInput(world, { lab: labOf(fourNodes(more)), record: undefined } as unknown as OpenLab)),
    images: IMAGES,
  }
}
const said = async (id: string, more = ''): Promise<string> =>
  explainSection(
    SECTIONS.find((s) => s.id === id)!,
    await input(more),
  )

t.test('the release of klab’s own image is known', async (t) => {
  const newer = 'image: debian-13\nkubernetes: { version: 1.30.14, runtime: containerd }\n'
  t.same([(await input()).settings['MAJOR'], (await input(newer)).settings['MAJOR']], ['12', '13'])
})

/** A script with the settings filled in, and no white space at the line's beginning. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')

t.test('what is printed of a script stands in it, line for line, and the shell can read it', async (t) => {
  for (const more of [
    '',
    'kubernetes: { runtime: containerd, registryMirrors: [https://m.example] }\n',
    'os: { ipvs: false }\n',
  ]) {
    const i = await input(more)
    let shown = 0
    for (const [name, script] of i.scripts) {
      const filled = new Set(lines(fill(script, { ...i.settings, KLAB_INIT_FLAGS: '' })))
      for (const id of sectionsOf(script)) {
        const text = commandsOf(script, id, { ...i.settings, KLAB_INIT_FLAGS: '' })
        for (const line of lines(text)) t.ok(filled.has(line), `${name} ${id}: ${line}`)
        t.equal(spawnSync('bash', ['-n'], { input: text }).status, 0, `${name} ${id} is whole`)
        t.notMatch(text, /\$\{?KLAB_|\$BUNDLE/, `${name} ${id}: all values are filled in`)
        if (text !== '') shown++
      }
    }
    t.ok(shown > 15, `${shown} blocks`)
  }
})

t.test(
  'no work of a phase is hidden: every line of its script is in a section’s block or marked as beside the course',
  async (t) => {
    const { files } = await loadScripts(root)
    const known = SECTIONS.map((s) => s.id)
    for (const name of ['system', 'runtime-docker', 'runtime-containerd', 'packages', 'images']) {
      const script = files.get(`${name}.sh`)!
      const sections = sectionsOf(script)
      t.ok(sections.length > 0, name)
      for (const id of sections) t.ok(known.includes(id), `${name}: ${id} is a section of the course`)
      const body = script.split('\n')
      const first = body.findIndex((l) => /^# (?:\d+\.\d+|Beside the course:)/.test(l))
      const before = body.slice(0, first).filter((l) => l !== '' && !l.startsWith('#'))
      t.same(
        before.filter((l) => !/^\. |^mount_bundle$/.test(l)),
        [],
        `${name}: before its first section only the bundle’s disk`,
      )
    }
  },
)

t.test('each section whose file is a phase script prints something of that script, or says why not', async (t) => {
  const i = await input()
  for (const s of SECTIONS.filter((s) => s.look === undefined && s.phase !== '-')) {
    const text = explainSection(s, i)
    // What a call of a function that does nothing in this lab would be.
    if (s.id === '2.1-mirror') {
      t.equal(text, '# network.internet is false: all comes with the image and the bundle')
      continue
    }
    const file = i.scripts.get(fill(s.file, i.settings).replace('cloud-init/phases/', ''))
    if (file !== undefined && sectionsOf(file).includes(s.id))
      t.ok(text.includes(commandsOf(file, s.id, { ...i.settings, KLAB_INIT_FLAGS: '' }).split('\n')[0]!), s.id)
    else t.match(text, /^#|^\w/, s.id)
  }
})

t.test('the course’s line for init says what the configuration says', async (t) => {
  const text = await said('2.9.2', 'kubernetes: { podCidr: 10.82.0.0/16, proxyMode: ipvs }\n')
  const line = /^# kubeadm init (.*)$/m.exec(text)![1]!
  const flags = Object.fromEntries(
    line
      .replace('--kubernetes-version ', '--kubernetes-version=')
      .split(' ')
      .map((f) => f.split('=')),
  ) as Record<string, string>
  const yaml = /<<'EOF'\n([^]*?)\nEOF/.exec(text)![1]!
  const [init, cluster, , proxy] = parseAllDocuments(yaml).map((d) => d.toJS() as Record<string, never>)
  t.match(init, { localAPIEndpoint: { advertiseAddress: flags['--apiserver-advertise-address'] } })
  t.match(cluster, {
    kubernetesVersion: flags['--kubernetes-version'],
    networking: { podSubnet: flags['--pod-network-cidr'], serviceSubnet: flags['--service-cidr'] },
  })
  t.match(proxy, { mode: 'ipvs' })
  t.equal(flags['--pod-network-cidr'], '10.82.0.0/16')
  t.match(text, /^kubeadm init --config \/etc\/klab\/kubeadm-init\.yaml$/m)
})

t.test('the course’s line for join, the archives, hosts, mirrors', async (t) => {
  const join = await said('2.9.4')
  t.match(join, /^# kubeadm join 192\.168\.31\.61:6443 --token \S+ --discovery-token-ca-cert-hash sha256:/m)
  t.match(parse(/<<'EOF'\n([^]*?)\nEOF/.exec(join)![1]!), {
    discovery: { bootstrapToken: { apiServerEndpoint: '192.168.31.61:6443' } },
  })
  t.match(await said('2.7.4'), `docker save -o k8s.1.23.17.node.tar \\\n  ${IMAGES.node.join(' \\\n  ')}`)
  t.match(await said('2.2.8'), '192.168.31.64 k8s-node03')
  t.match(
    await said('2.3.7', 'kubernetes: { registryMirrors: [https://m.example] }\n'),
    '"registry-mirrors": ["https://m.example"]',
  )
  t.match(
    await said('2.2.4', 'os: { ipvs: false }\n'),
    /^ipvs_by_modules_load\(\) \{\n\tlocal file=\/etc\/modules-load\.d\/klab-ipvs\.conf[^]*rm -f[^]*^ipvs_at_boot$/m,
  )
  t.match(await said('2.3.9', 'kubernetes: { runtime: containerd }\n'), 'SystemdCgroup = true')
  t.equal(await said('2.9.2', 'kubernetes: false\n'), '# nothing: the Labfile has no Kubernetes')
})

t.test(
  'functions of the distribution’s family: by the image’s name, with their constants, in the ' +
    'order of their calls; else Debian’s, which is said',
  async (t) => {
    const rhel = (file: string): string =>
      `image: { path: ${file} }\nnetwork: { internet: true }\n` +
      'kubernetes: { version: 1.17.5, bundle: aliyun, packages: repository, dockerVersion: 19.03.8 }\n'
    const centos = await said('2.3.5', rhel('CentOS-7-x86_64.qcow2'))
    t.match(centos, /^install_from_repositories\(\) \{\n\t"yum" -y install "\$@" \|\| failed=true\n\}$/m)
    t.match(centos, /install_packages yum-utils device-mapper-persistent-data lvm2\n/)
    t.match(centos, /local version=-19\.03\.8\n[^]*\ndocker_install$/)
    t.match(await said('2.2.2', rhel('CentOS-7.qcow2')), 'SELINUX=disabled')
    t.match(await said('2.2.2', rhel('Rocky-9.qcow2')), 'SELINUX=permissive')
    t.match(
      await said('2.2.6', rhel('Rocky-8.qcow2')),
      /^install_packages ipset .* iproute-tc iptables iptables-ebtables$/m,
    )
    t.match(await said('2.5.6', rhel('CentOS-7.qcow2')), /^kubernetes_install\(\) \{[^]*repo_gpgcheck=0/m)
    const mirror = `${rhel('CentOS-7.qcow2')}mirrors: { docker: 'https://mirror.example/docker-ce' }\n`
    t.match(
      await said('2.3.5', mirror),
      /base=https:\/\/mirror\.example\/docker-ce\/linux\/centos\n.*"\$base\/7\/\$\(uname -m\)\/stable"/,
    )
    t.match(await said('2.5.6', mirror), 'repomd\\.xml signature could not be verified')
    t.match(await said('2.6.1', rhel('CentOS-7.qcow2')), '/etc/sysconfig/kubelet')
    t.match(await said('2.9.7', rhel('CentOS-7.qcow2')), '# part of kubernetes_install')
    t.match(
      await said('2.2.2', 'image: { path: mine.qcow2 }\n'),
      /^# the image’s name does not say its distribution: shown for Debian and Ubuntu\n/,
    )
    t.match(
      await said('2.2.2', 'image: { path: centos.qcow2 }\n'),
      /distribution: shown for CentOS 7\n[^]*SELINUX=disabled/,
    )
    t.notMatch(await said('2.2.2'), 'does not say its distribution')
    t.match(await said('2.5.5', rhel('el9.qcow2')), 'yum list kubelet --showduplicates')
    const i = await input(rhel('CentOS-7.qcow2'))
    for (const s of SECTIONS.filter((s) => s.look === undefined)) {
      const text = explainSection(s, i)
      t.equal(spawnSync('bash', ['-n'], { input: text }).status, 0, `${s.id} is whole`)
      t.notMatch(text, /\$\{?KLAB_/, `${s.id}: all values are filled in`)
    }
  },
)

t.test('every section says something, in every kind of lab; the course’s lab as a whole', async (t) => {
  for (const more of ['', 'kubernetes: false\n', 'kubernetes: { runtime: containerd, cni: none }\n'])
    for (const s of SECTIONS) t.match(explainSection(s, await input(more)), /\S/, `${more}${s.id}`)
  const i = await input()
  golden(t, 'check/explain.txt', SECTIONS.map((s) => `## ${s.id} ${s.title}\n${explainSection(s, i)}\n`).join('\n'))
})

t.test('sections are found by number, or by the number of what they belong to', (t) => {
  t.same(findSections('2.2.7').map((s) => s.id), ['2.2.7']) // prettier-ignore
  t.same(findSections('2.1').map((s) => s.id), ['2.1', '2.1-mirror', '2.1-kernel']) // prettier-ignore
  t.equal(findSections('2').length, SECTIONS.length)
  t.throws(() => findSections('2.2.9'), {
    message: /2\.2\.9: no such section of chapter 2; there are 2\.2\.1, .*2\.2\.10/,
  })
  t.throws(() => findSections('3.1'), { message: /^3\.1: no such section/ })
  t.throws(() => findSections('2.'), { message: /no such section/ })
  t.end()
})

t.test('explain asks nobody: no command, no guest', async (t) => {
  const world = makeWorld(t)
  await explainInput(world, { lab: labOf(fourNodes()), record: undefined } as unknown as OpenLab)
  t.same([world.guests.calls, world.hypervisor.calls], [[], []])
})

t.test('what the look into a guest must bring for which sections', (t) => {
  t.same(partsFor(findSections('2.2')), [])
  t.same(partsFor(findSections('2.3.9')), ['engine'])
  t.same(partsFor(findSections('2.5.6')), ['versions'])
  t.same(partsFor(findSections('2')), ['engine', 'versions', 'cluster'])
  t.end()
})
