import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { PROBE_REF } from '../../src/bundle/contents.js'
import { flannelRef, imageRefs, nodeImageRefs, recipeOf } from '../../src/bundle/debian/recipe.js'
import { exec, root } from './fixtures/world.js'

const r = recipeOf('1.20.2')

const skip = (await exec.which('gcc')) ? false : 'no gcc on this machine'

t.test('image names are those of `kubeadm config images list` 1.20.2', (t) => {
  t.same(imageRefs(r), [
    'k8s.gcr.io/kube-apiserver:v1.20.2',
    'k8s.gcr.io/kube-controller-manager:v1.20.2',
    'k8s.gcr.io/kube-scheduler:v1.20.2',
    'k8s.gcr.io/kube-proxy:v1.20.2',
    'k8s.gcr.io/pause:3.2',
    'k8s.gcr.io/etcd:3.4.13-0',
    'k8s.gcr.io/coredns:1.7.0',
  ])
  t.same(nodeImageRefs(r), ['k8s.gcr.io/kube-proxy:v1.20.2', 'k8s.gcr.io/pause:3.2'])
  t.end()
})

t.test('a version that Debian does not have', (t) => {
  t.throws(() => recipeOf('1.28.0'), { code: 'usage', exitCode: 2, hint: /1\.20\.2/ })
  t.end()
})

t.test('the pins beside each Go program are the recipe’s', (t) => {
  for (const p of [r.coredns, r.flannel]) {
    const dir = join(root, 'cloud-init/bundle/components', `${p.name}-${p.version.slice(1)}`)
    t.match(readFileSync(join(dir, 'go.mod'), 'utf8'), `require ${p.package} ${p.version}\n`)
    t.match(readFileSync(join(dir, 'go.sum'), 'utf8'), `${p.package} ${p.version} h1:`)
  }
  t.match(
    readFileSync(join(root, 'cloud-init/bundle/components/crictl-1.20.0/go.mod'), 'utf8'),
    `k8s.io/cri-api v0.${r.kubernetes.slice(2)}\n`,
  )
  t.match(r.flannel.ldflags, `version.Version=${r.flannel.version} `)
  t.match(
    readFileSync(join(root, 'cloud-init/bundle/components/crictl-1.20.0/main.go'), 'utf8'),
    `crictl version ${r.crictl.version}-klab`,
  )
  t.end()
})

t.test('the flannel manifest: API versions of Kubernetes 1.20, and the three values that are filled in', (t) => {
  const text = readFileSync(join(root, 'cloud-init/manifests/flannel.yaml'), 'utf8')
  const body = text.replace(/^#.*\n/gm, '')
  t.same([...new Set(body.match(/@[A-Z_]+@/g))].sort(), ['@IMAGE@', '@LAB_NIC@', '@POD_CIDR@'])
  const docs = parseAllDocuments(text.replaceAll('@IMAGE@', flannelRef(r)).replaceAll('@POD_CIDR@', '10.81.0.0/16'))
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
})

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
