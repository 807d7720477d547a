import t from 'tap'
import { fullRef, kubeadmImages, manifestImages } from '../../src/cluster/images.js'

t.test('what `kubeadm config images list` prints', (t) => {
  t.same(kubeadmImages('1.17.5').all, [
    'k8s.gcr.io/kube-apiserver:v1.17.5',
    'k8s.gcr.io/kube-controller-manager:v1.17.5',
    'k8s.gcr.io/kube-scheduler:v1.17.5',
    'k8s.gcr.io/kube-proxy:v1.17.5',
    'k8s.gcr.io/pause:3.1',
    'k8s.gcr.io/etcd:3.4.3-0',
    'k8s.gcr.io/coredns:1.6.5',
  ])
  t.same(kubeadmImages('1.17.5').node, ['k8s.gcr.io/kube-proxy:v1.17.5', 'k8s.gcr.io/pause:3.1'])
  t.match(kubeadmImages('1.20.15').all.at(-1), 'k8s.gcr.io/coredns:1.7.0')
  t.match(kubeadmImages('1.21.0').all.at(-1), 'k8s.gcr.io/coredns/coredns:v1.8.0')
  t.match(kubeadmImages('1.37.2').all.at(-1), 'registry.k8s.io/coredns/coredns:v1.14.6')
  t.throws(() => kubeadmImages('1.38.0'), { code: 'usage' })
  t.end()
})

t.test('from another registry CoreDNS has no folder, as kubeadm asks for it', (t) => {
  const all = kubeadmImages('1.25.0', 'registry.example/k8s').all
  t.ok(all.every((ref) => ref.startsWith('registry.example/k8s/')))
  t.equal(all.at(-1), 'registry.example/k8s/coredns:v1.9.3')
  t.end()
})

t.test('full names: what docker and containerd take for the same', (t) => {
  const pairs = {
    busybox: 'docker.io/library/busybox:latest',
    'busybox:1': 'docker.io/library/busybox:1',
    'calico/node:v3.14.2': 'docker.io/calico/node:v3.14.2',
    'docker.io/calico/node:v3.14.2': 'docker.io/calico/node:v3.14.2',
    'quay.io/a/b': 'quay.io/a/b:latest',
    'localhost/a': 'localhost/a:latest',
    'localhost:5000/a': 'localhost:5000/a:latest',
    'k8s.gcr.io/pause@sha256:0a': 'k8s.gcr.io/pause@sha256:0a',
  }
  for (const [ref, full] of Object.entries(pairs)) t.equal(fullRef(ref), full)
  t.end()
})

t.test(
  'images of a manifest: containers of every kind of object, lists and CronJobs too, each ' +
    'once; nothing that is only called so',
  (t) => {
    const pod = (image: string): string =>
      `{ spec: { initContainers: [{ image: init:1 }], containers: [{ name: a, image: ${image} }] } }`
    const text = [
      `kind: DaemonSet\nspec: { template: ${pod('a:1')} }\n`,
      `kind: CronJob\nspec: { jobTemplate: { spec: { template: ${pod('b:1')} } } }\n`,
      `kind: List\nitems: [{ kind: Pod, spec: { containers: [{ image: 'c:1' }] } }]\n`,
      `kind: ConfigMap\ndata: { image: no:1, containers: 'image: no:2' }\n`,
      'kind: CustomResourceDefinition\n' +
        'spec: { properties: { containers: { items: { properties: { image: { type: string } } } } } }\n',
    ].join('---\n')
    t.same([...manifestImages(text)].sort(), ['a:1', 'b:1', 'c:1', 'init:1'])
    t.same(manifestImages('{ not YAML'), [])
    t.end()
  },
)
