import { readFileSync, writeFileSync } from 'node:fs'
import * as prettier from 'prettier'
import t from 'tap'
import { calicoLines, calicoRan, defaultCalico } from '../../src/versions/calico.js'
import { criSocket, kubeadmApi, knownMinors, minorOf, releaseOf } from '../../src/versions/kubernetes.js'
import { UsageError } from '../../src/errors.js'

t.test('minorOf takes 1.MINOR.PATCH and nothing else', (t) => {
  t.equal(minorOf('1.20.2'), 20)
  t.equal(minorOf('1.9.11'), 9)
  t.equal(minorOf('1.100.0'), 100)
  for (const bad of [
    '',
    '1',
    '1.20',
    'v1.20.2',
    '1.20.2-rc.1',
    '2.0.0',
    '1.20.2\n',
    ' 1.20.2',
    '1..2',
    '11.20.2',
    '1.20.2.1',
  ]) {
    t.throws(() => minorOf(bad), UsageError, JSON.stringify(bad))
  }
  t.end()
})

t.test('kubeadm API by minor', (t) => {
  const table: [number, string][] = [
    [15, 'v1beta2'],
    [21, 'v1beta2'],
    [22, 'v1beta3'],
    [30, 'v1beta3'],
    [31, 'v1beta4'],
    [40, 'v1beta4'],
  ]
  for (const [minor, api] of table) t.equal(kubeadmApi(minor), api, String(minor))
  t.end()
})

t.test('the runtime’s socket: a path before 1.24, a URL from then on; dockershim was gone with it', (t) => {
  t.equal(criSocket('docker', 23), '/var/run/dockershim.sock')
  t.equal(criSocket('docker', 24), 'unix:///run/cri-dockerd.sock')
  t.equal(criSocket('containerd', 23), '/run/containerd/containerd.sock')
  t.equal(criSocket('containerd', 24), 'unix:///run/containerd/containerd.sock')
  t.end()
})

t.test('a release: what changed when', (t) => {
  const of = (version: string) => releaseOf(version)
  t.match(of('1.17.5'), {
    minor: 17,
    kubeadmApi: 'v1beta2',
    registry: 'k8s.gcr.io',
    pause: '3.1',
    etcd: '3.4.3-0',
    coredns: '1.6.5',
  })
  t.match(of('1.20.2'), {
    pause: '3.2',
    etcd: '3.4.13-0',
    coredns: '1.7.0',
    runtimes: ['docker', 'containerd'],
    cgroupDriver: 'cgroupfs',
  })
  t.match(of('1.37.2'), {
    kubeadmApi: 'v1beta4',
    registry: 'registry.k8s.io',
    etcd: '3.7.0-0',
    coredns: 'v1.14.6',
    containerd: '2.3',
    cgroup: 'v2',
    nftables: true,
    ipvsDeprecated: true,
  })
  t.same(
    ['1.24.0', '1.25.0', '1.26.0', '1.34.0', '1.35.0', '1.36.0'].map((v) => `${of(v).cgroup} ${of(v).containerd}`),
    ['v1 1.3', 'v2 1.3', 'v2 1.6', 'v2 1.6.39', 'v2 1.7.28', 'v2 2.2'],
  )
  t.same([of('1.23.17').runtimes, of('1.24.0').runtimes], [['docker', 'containerd'], ['containerd']])
  t.same([of('1.23.0').networkPluginFlag, of('1.24.0').networkPluginFlag], [true, false])
  t.same([of('1.21.0').cgroupDriver, of('1.22.0').cgroupDriver], ['cgroupfs', 'systemd'])
  const roles = (names: string[]): string[] => names.map((n) => `node-role.kubernetes.io/${n}`)
  t.same(
    [of('1.19.0').roleLabels, of('1.20.0').roleLabels, of('1.24.0').roleLabels],
    [roles(['master']), roles(['control-plane', 'master']), roles(['control-plane'])],
  )
  t.same(
    [of('1.23.0').taints, of('1.24.0').taints, of('1.25.0').taints],
    [roles(['master']), roles(['control-plane', 'master']), roles(['control-plane'])],
  )
  t.match(
    [of('1.23.0').packages.deb, of('1.24.0').packages.deb],
    [/apt\.kubernetes\.io/, /pkgs\.k8s\.io\/core:\/stable:\/v1\.24\/deb/],
  )
  t.end()
})

t.test('patch releases differ where kubeadm’s did; a newer patch than the table has its minor’s last tags', (t) => {
  const etcd = (version: string): string => releaseOf(version).etcd
  t.same(['1.19.0', '1.19.1', '1.28.13', '1.28.14', '1.34.1', '1.34.2'].map(etcd), [
    '3.4.9-1',
    '3.4.13-0',
    '3.5.12-0',
    '3.5.15-0',
    '3.6.4-0',
    '3.6.5-0',
  ])
  t.equal(etcd('1.34.99'), '3.6.5-0')
  const moved = ['1.21.14', '1.22.16', '1.22.17', '1.23.14', '1.23.15', '1.24.8', '1.24.9', '1.25.0'].map(
    (v) => releaseOf(v).registry === 'registry.k8s.io',
  )
  t.same(moved, [false, false, true, false, true, false, true, true], 'the registry moved in December 2022’s patches')
  t.end()
})

t.test('a minor that klab does not know is refused with those it knows', (t) => {
  for (const bad of ['1.16.15', '1.38.0', '1.9.0'])
    t.throws(() => releaseOf(bad), { name: 'UsageError', message: /1\.17 to 1\.37, not 1\.\d+/ }, bad)
  t.throws(() => releaseOf('v1.20.2'), UsageError)
  t.end()
})

/** The table of docs/versions.md. */
function table(): string {
  const head = [
    'Kubernetes',
    'kubeadm API',
    'runtimes',
    'cgroups',
    'kube-proxy',
    'pause',
    'etcd',
    'CoreDNS',
    'registry',
    'control plane’s taint',
    'Calico made for it',
    'Calico that ran here',
    '`cni: calico`',
  ]
  const rows = knownMinors.map((minor) => {
    const r = releaseOf(`1.${minor}.0`)
    const taints = r.taints.map((name) => name.replace('node-role.kubernetes.io/', '')).join(', ')
    const runtimes = r.runtimes.map((name) => (name === 'containerd' ? `containerd ${r.containerd}+` : name)).join(', ')
    return [
      `1.${minor}`,
      r.kubeadmApi,
      runtimes,
      r.cgroup,
      ['iptables', ...(r.ipvsDeprecated ? [] : ['ipvs']), ...(r.nftables ? ['nftables'] : [])].join(', '),
      r.pause,
      r.etcd,
      r.coredns,
      r.registry,
      taints,
      calicoLines(minor).join(', '),
      calicoRan(minor) ?? '–',
      defaultCalico(minor) ?? '',
    ]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

t.test('docs/versions.md is what the table says', async (t) => {
  const file = new URL('../../docs/versions.md', import.meta.url)
  const words = readFileSync(file, 'utf8').split('\n| Kubernetes | kubeadm API')[0] ?? ''
  const made = await prettier.format(`${words}\n\n${table()}\n`, { parser: 'markdown', printWidth: 120 })
  if (process.env['TAP_SNAPSHOT'] === '1') writeFileSync(file, made)
  t.equal(readFileSync(file, 'utf8'), made, 'else: TAP_SNAPSHOT=1 npx tap run test/versions/kubernetes.test.ts')
})
