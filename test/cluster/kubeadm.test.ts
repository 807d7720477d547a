import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { initConfig, initFlags, joinConfig, patchFiles, PATCHES_DIR } from '../../src/cluster/kubeadm.js'
import { profileFor } from '../../src/cluster/profile.js'
import { minorOf } from '../../src/cluster/versions.js'
import type { KubernetesSpec } from '../../src/labfile/model.js'
import { golden } from '../fakes/golden.js'
import { fourNodes, labOf } from '../fakes/world.js'

const lab = labOf(fourNodes())
const [master, worker] = lab.nodes
const TOKEN = 'abcdef.0123456789abcdef'
const HASH = `sha256:${'a'.repeat(64)}`

const spec = (version: string, runtime: 'docker' | 'containerd'): KubernetesSpec => ({ ...lab.kubernetes!, version, runtime })
/** Golden name → Kubernetes, accelerator. */
const cases: Record<string, readonly [string, 'docker' | 'containerd', 'kvm' | 'tcg']> = {
  '1.20.2-docker-tcg': ['1.20.2', 'docker', 'tcg'],
  '1.20.2-docker-kvm': ['1.20.2', 'docker', 'kvm'],
  '1.20.2-containerd-tcg': ['1.20.2', 'containerd', 'tcg'],
  '1.17.5-docker-tcg': ['1.17.5', 'docker', 'tcg'],
  '1.22.0-containerd-tcg': ['1.22.0', 'containerd', 'tcg'],
  '1.31.0-containerd-tcg': ['1.31.0', 'containerd', 'tcg'],
  '1.31.0-docker-kvm': ['1.31.0', 'docker', 'kvm'],
}

for (const [name, [version, runtime, accel]] of Object.entries(cases)) {
  t.test(name, (t) => {
    const k = spec(version, runtime)
    const profile = profileFor(accel, 1, minorOf(version))
    const flags = initFlags(k, profile).join(' ')
    golden(t, `kubeadm/${name}.init.yaml`, `# flags: ${flags || 'none'}\n${initConfig(k, master!, profile, TOKEN)}`)
    golden(t, `kubeadm/${name}.join.yaml`, joinConfig(k, worker!, profile, master!.ip, TOKEN, HASH))
    t.end()
  })
}

t.test('the configuration reads back as the four documents that kubeadm takes, none with a document missing its kind', (t) => {
  const docs = parseAllDocuments(initConfig(lab.kubernetes!, master!, profileFor('tcg', 1), TOKEN)).map((d) => d.toJS() as { kind: string })
  t.same(
    docs.map((d) => d.kind),
    ['InitConfiguration', 'ClusterConfiguration', 'KubeletConfiguration', 'KubeProxyConfiguration'],
  )
  t.end()
})

t.test('no configuration skips the check of the CA', (t) => {
  for (const version of ['1.17.5', '1.20.2', '1.31.0']) {
    const text = joinConfig(spec(version, 'docker'), worker!, profileFor('tcg', 1), master!.ip, TOKEN, HASH)
    t.notMatch(text, /unsafeSkip/i)
    t.match(text, HASH)
    t.match(text, `node-ip`)
    t.match(text, worker!.ip)
  }
  t.end()
})

t.test('patches: a flag from 1.19 to 1.21, a field from 1.22, neither without patches or before', (t) => {
  const slow = profileFor('tcg', 1)
  const field = (version: string): boolean => initConfig(spec(version, 'docker'), master!, slow, TOKEN).includes(PATCHES_DIR)
  for (const [version, wantFlag, wantField] of [
    ['1.17.5', false, false],
    ['1.18.20', false, false],
    ['1.19.0', true, false],
    ['1.21.14', true, false],
    ['1.22.0', false, true],
    ['1.31.1', false, true],
  ] as const) {
    t.same(initFlags(spec(version, 'docker'), slow), wantFlag ? ['--experimental-patches', PATCHES_DIR] : [], version)
    t.equal(field(version), wantField, version)
    t.same(initFlags(spec(version, 'docker'), profileFor('kvm', 1)), [], `${version} KVM`)
    t.notOk(initConfig(spec(version, 'docker'), master!, profileFor('kvm', 1), TOKEN).includes(PATCHES_DIR), `${version} KVM`)
  }
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
