import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse, parseAllDocuments, stringify } from 'yaml'
import {
  initConfig,
  initFlags,
  joinConfig,
  patchFiles,
  PATCHES_DIR,
  type JoinFacts,
} from '../../src/cluster/kubeadm.js'
import { unpatched } from '../../src/cluster/unpatched.js'
import { profileFor } from '../../src/cluster/profile.js'
import { knownMinors, minorOf } from '../../src/versions/kubernetes.js'
import type { KubernetesSpec, NodeSpec } from '../../src/labfile/model.js'
import { staticPods } from '../fakes/static-pods.js'
import { golden } from '../fakes/golden.js'
import { fourNodes, labOf, root } from '../fakes/world.js'

const lab = labOf(fourNodes())
const [master, worker] = lab.nodes
const TOKEN = 'abcdef.0123456789abcdef'
const HASH = `sha256:${'a'.repeat(64)}`
const joining = (first: NodeSpec | undefined): JoinFacts => ({
  endpoint: { host: first!.ip, port: 6443 },
  token: TOKEN,
  caHash: HASH,
})

const spec = (version: string, runtime: 'docker' | 'containerd'): KubernetesSpec => ({
  ...lab.kubernetes!,
  version,
  runtime,
})
/** Golden name → Kubernetes, accelerator. */
const cases: Record<string, readonly [string, 'docker' | 'containerd', 'kvm' | 'tcg']> = {
  '1.20.2-docker-tcg': ['1.20.2', 'docker', 'tcg'],
  '1.20.2-docker-kvm': ['1.20.2', 'docker', 'kvm'],
  '1.20.2-containerd-tcg': ['1.20.2', 'containerd', 'tcg'],
  '1.17.5-docker-tcg': ['1.17.5', 'docker', 'tcg'],
  '1.22.0-containerd-tcg': ['1.22.0', 'containerd', 'tcg'],
  '1.31.0-containerd-tcg': ['1.31.0', 'containerd', 'tcg'],
  '1.31.0-containerd-kvm': ['1.31.0', 'containerd', 'kvm'],
  '1.24.17-containerd-kvm': ['1.24.17', 'containerd', 'kvm'],
}

for (const [name, [version, runtime, accel]] of Object.entries(cases)) {
  t.test(name, (t) => {
    const k = spec(version, runtime)
    const profile = profileFor(accel, 1, minorOf(version))
    const flags = initFlags(k, profile).join(' ')
    golden(
      t,
      `kubeadm/${name}.init.yaml`,
      `# flags: ${flags || 'none'}\n${initConfig(k, master!, profile, { token: TOKEN })}`,
    )
    golden(t, `kubeadm/${name}.join.yaml`, joinConfig(k, worker!, profile, joining(master)))
    t.end()
  })
}

for (const accel of ['kvm', 'tcg'] as const) {
  t.test(`labs/modern, ${accel}: v1beta4`, (t) => {
    const { kubernetes, nodes } = labOf(readFileSync(`${root}/labs/modern/Labfile`, 'utf8'))
    const k = kubernetes!
    t.equal(minorOf(k.version), knownMinors.at(-1), 'the newest minor that klab knows')
    const profile = profileFor(accel, 1, minorOf(k.version))
    golden(t, `kubeadm/modern-${accel}.init.yaml`, initConfig(k, nodes[0]!, profile, { token: TOKEN }))
    golden(t, `kubeadm/modern-${accel}.join.yaml`, joinConfig(k, nodes[1]!, profile, joining(nodes[0])))
    t.end()
  })
}

t.test(
  'the configuration reads back as the four documents that kubeadm takes, none with a document missing its kind',
  (t) => {
    const docs = parseAllDocuments(initConfig(lab.kubernetes!, master!, profileFor('tcg', 1), { token: TOKEN })).map(
      (d) => d.toJS() as { kind: string },
    )
    t.same(
      docs.map((d) => d.kind),
      ['InitConfiguration', 'ClusterConfiguration', 'KubeletConfiguration', 'KubeProxyConfiguration'],
    )
    t.end()
  },
)

t.test('no configuration skips the check of the CA', (t) => {
  for (const version of ['1.17.5', '1.20.2', '1.31.0']) {
    const text = joinConfig(spec(version, 'docker'), worker!, profileFor('tcg', 1), joining(master))
    t.notMatch(text, /unsafeSkip/i)
    t.match(text, HASH)
    t.match(text, `node-ip`)
    t.match(text, worker!.ip)
  }
  t.end()
})

t.test(
  'patches: kustomize’s flag before 1.19, a flag of their own to 1.21, then a field; none without patches',
  (t) => {
    const slow = profileFor('tcg', 1)
    const field = (version: string): boolean =>
      initConfig(spec(version, 'docker'), master!, slow, { token: TOKEN }).includes(PATCHES_DIR)
    for (const [version, wantFlag, wantField] of [
      ['1.17.5', 'kustomize', false],
      ['1.18.20', 'kustomize', false],
      ['1.19.0', 'patches', false],
      ['1.21.14', 'patches', false],
      ['1.22.0', undefined, true],
      ['1.31.1', undefined, true],
    ] as const) {
      const flags = wantFlag === undefined ? [] : [`--experimental-${wantFlag}`, PATCHES_DIR]
      t.same(initFlags(spec(version, 'docker'), slow), flags, version)
      t.equal(field(version), wantField, version)
      t.same(initFlags(spec(version, 'docker'), profileFor('kvm', 1)), [], `${version} KVM`)
      t.notOk(
        initConfig(spec(version, 'docker'), master!, profileFor('kvm', 1), { token: TOKEN }).includes(PATCHES_DIR),
        `${version} KVM`,
      )
    }
    t.end()
  },
)

t.test('what of the patches is not in the manifests', (t) => {
  const slow = profileFor('tcg', 1)
  const k = spec('1.20.2', 'docker')
  const flags = Object.entries(slow.etcdArgs).map(([name, value]) => `--${name}=${value}`)
  const pod = (probes: object) =>
    stringify({ spec: { containers: [{ name: 'x', image: 'i', command: ['etcd', ...flags.slice(1)], ...probes }] } })
  const right = staticPods(k, master!, slow)
  t.same(unpatched(k, slow, right), [])
  t.same(unpatched(k, slow, { ...right, etcd: pod({ livenessProbe: { failureThreshold: 8, periodSeconds: 10 } }) }), [
    'etcd: --heartbeat-interval=500 is missing',
    'etcd: name is "x", not "etcd"',
    'etcd: livenessProbe.timeoutSeconds is missing, not 60',
    'etcd: livenessProbe.periodSeconds is 10, not 60',
    'etcd: startupProbe is missing, not {"failureThreshold":90,"timeoutSeconds":30,"periodSeconds":10}',
  ])
  t.same(unpatched(k, slow, { ...right, 'kube-apiserver': '' }), ['kube-apiserver: no manifest'])
  t.same(unpatched(k, profileFor('kvm', 1), {}), [], 'nothing was announced')
  t.end()
})

t.test('every minor: what the slow-host profile announces is in the static pods that its kubeadm writes', (t) => {
  for (const minor of knownMinors) {
    const slow = profileFor('tcg', 1, minor)
    const own = { scheduler: { extraArgs: { 'leader-elect': 'true', v: '4' } } }
    const k = { ...spec(`1.${minor}.0`, minor < 24 ? 'docker' : 'containerd'), ...own }
    const pods = staticPods(k, master!, slow)
    t.same(unpatched(k, slow, pods), [], `1.${minor}`)
    t.match(pods['kube-scheduler'], /--leader-elect=true\n.*--v=4/, 'the Labfile’s own flags win')
    t.match(pods['kube-apiserver'], /livenessProbe:[^]*timeoutSeconds: 60/)
    const dropped = staticPods(k, master!, slow, { dropPatches: true })
    t.equal(unpatched(k, slow, dropped).length > 0, true, `1.${minor}: a kubeadm that drops patches is found out`)
  }
  t.end()
})

t.test('the Labfile’s own settings win over those of the profile', (t) => {
  const k = {
    ...spec('1.23.17', 'docker'),
    kubelet: { maxPods: 50, nodeStatusUpdateFrequency: '9s' },
    apiServer: { extraArgs: { 'audit-log-maxage': '7' } },
    etcd: { extraArgs: { 'heartbeat-interval': '250' } },
    ignorePreflightErrors: ['NumCPU'],
  }
  const [init, cluster, kubelet] = parseAllDocuments(
    initConfig(k, master!, profileFor('tcg', 1), { token: TOKEN }),
  ).map((d) => d.toJS() as Record<string, never>)
  t.match(init, { nodeRegistration: { ignorePreflightErrors: ['NumCPU'] } })
  t.match(cluster, { apiServer: { extraArgs: { 'audit-log-maxage': '7', 'enable-priority-and-fairness': 'false' } } })
  t.match(cluster, { etcd: { local: { extraArgs: { 'heartbeat-interval': '250', 'election-timeout': '5000' } } } })
  t.match(kubelet, { maxPods: 50, nodeStatusUpdateFrequency: '9s', nodeLeaseDurationSeconds: 120 })
  t.end()
})

t.test('patch files carry the name that kubeadm wants and a container of the same name', (t) => {
  const files = patchFiles(profileFor('tcg', 1))
  t.same(
    files.map((f) => f.name),
    ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((n) => `${n}+strategic.yaml`),
  )
  for (const f of files) {
    const { spec } = parse(f.content) as { spec: { containers: { name: string }[] } }
    t.equal(`${spec.containers[0]!.name}+strategic.yaml`, f.name)
  }
  t.same(patchFiles(profileFor('kvm', 1)), [])
  t.end()
})

t.test('one node alone takes pods: an empty list of taints, which is not the same as none', (t) => {
  const taints = (alone: boolean): unknown =>
    (
      parseAllDocuments(
        initConfig(lab.kubernetes!, master!, profileFor('kvm', 1), { token: TOKEN, alone }),
      )[0]!.toJS() as {
        nodeRegistration: { taints?: unknown }
      }
    ).nodeRegistration.taints
  t.same(taints(true), [])
  t.equal(taints(false), undefined)
  t.end()
})

t.test('no configuration names a flag that its kubelet or API server no longer has', (t) => {
  const text = (version: string): string =>
    initConfig(spec(version, 'containerd'), master!, profileFor('tcg', 1, minorOf(version)), { token: TOKEN })
  t.match(text('1.29.0'), 'global-housekeeping-interval')
  t.notMatch(text('1.32.0'), 'global-housekeeping-interval')
  t.notMatch(text('1.29.0'), 'enable-priority-and-fairness')
  t.end()
})
