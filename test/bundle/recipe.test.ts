import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { PROBE_REF } from '../../src/bundle/contents.js'
import { coreImages } from '../../src/bundle/needs.js'
import { exec, root } from './fixtures/world.js'

const skip = (await exec.which('gcc')) ? false : 'no gcc on this machine'

t.test('image names are those of `kubeadm config images list` 1.23.17', (t) => {
  const { images, nodeImages } = coreImages('1.23.17')
  t.same(images, [
    'registry.k8s.io/kube-apiserver:v1.23.17',
    'registry.k8s.io/kube-controller-manager:v1.23.17',
    'registry.k8s.io/kube-scheduler:v1.23.17',
    'registry.k8s.io/kube-proxy:v1.23.17',
    'registry.k8s.io/pause:3.6',
    'registry.k8s.io/etcd:3.5.6-0',
    'registry.k8s.io/coredns/coredns:v1.8.6',
  ])
  t.same(nodeImages, ['registry.k8s.io/kube-proxy:v1.23.17', 'registry.k8s.io/pause:3.6'])
  t.end()
})

t.test('crictl says the version that its folder has', (t) => {
  t.match(
    readFileSync(join(root, 'cloud-init/bundle/components/crictl-1.20.0/main.go'), 'utf8'),
    'crictl version v1.20.0-klab',
  )
  t.end()
})

t.test(
  'the flannel manifest: API versions of Kubernetes 1.17 and later, and the three values that are filled in',
  (t) => {
    const text = readFileSync(join(root, 'cloud-init/manifests/flannel.yaml'), 'utf8')
    const body = text.replace(/^#.*\n/gm, '')
    t.same([...new Set(body.match(/@[A-Z_]+@/g))].sort(), ['@IMAGE@', '@LAB_NIC@', '@POD_CIDR@'])
    const docs = parseAllDocuments(
      text.replaceAll('@IMAGE@', 'klab.local/flannel:v0.15.1').replaceAll('@POD_CIDR@', '10.81.0.0/16'),
    )
    for (const d of docs) t.same(d.errors, [])
    const objects = docs.map((d) => d.toJS() as { apiVersion: string; kind: string; data?: Record<string, string> })
    t.same(
      objects.map((o) => `${o.kind} ${o.apiVersion}`),
      [
        'ClusterRole rbac.authorization.k8s.io/v1',
        'ClusterRoleBinding rbac.authorization.k8s.io/v1',
        'ServiceAccount v1',
        'ConfigMap v1',
        'DaemonSet apps/v1',
      ],
    )
    const data = objects[3]!.data!
    t.same(JSON.parse(data['net-conf.json']!), { Network: '10.81.0.0/16', Backend: { Type: 'vxlan' } })
    t.match(JSON.parse(data['cni-conf.json']!), { plugins: [{ type: 'flannel' }, { type: 'portmap' }] })
    t.end()
  },
)

t.test('the probe’s manifest names the image that is in the bundle', (t) => {
  t.match(readFileSync(join(root, 'cloud-init/manifests/probe.yaml'), 'utf8'), `image: ${PROBE_REF}\n`)
  t.end()
})

t.test('pause: compiles without a warning, reaps, ends on SIGTERM', { skip }, async (t) => {
  const dir = t.testdir()
  const source = join(root, 'cloud-init/bundle/pause/pause.c')
  await exec.run(['gcc', '-static', '-Os', '-Wall', '-Wextra', '-Werror', '-o', join(dir, 'pause'), source])
  // timeout sends SIGTERM after 1 s; --preserve-status hands on pause's own status, which is 0 only if it handled the
  // signal.
  const out = await exec.run(['timeout', '--preserve-status', '1', join(dir, 'pause')], { allowFailure: true })
  t.equal(out.exitCode, 0)
  t.ok(out.durationMs > 900)
})
