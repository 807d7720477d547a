import t from 'tap'
import { fullImage, hostsIn, imagesIn, internetIn } from '../../src/lesson/names.js'
import { neverFails } from '../../src/lesson/lint.js'

const words = (found: readonly { word: string }[]): readonly string[] => found.map((f) => f.word)

t.test('images that texts and manifests name', (t) => {
  const text = [
    'kubectl run web --image=nginx:1.25 --port 80',
    'kubectl create deployment x --image busybox',
    '        image: "registry.example/a/b:v1"',
    '    - image: httpd  # a remark',
    'docker pull -q redis:7',
    'crictl pull docker.io/library/python:3.12@sha256:abc',
    'kubectl set image deployment/web nginx=nginx:1.26',
    'An image: is a file.',
    'BASE_IMAGE="registry.example/tools:2"',
    'OTHER_IMAGE=$BASE_IMAGE',
    'create a pod of the **image** `nginx:1.24.0`, named `web:1`',
    'It uses the `redis:7-alpine`{{copy}} image.',
    'docker run -d --rm busybox:1.36 sleep 5',
    'set the image: name',
  ].join('\n')
  t.same(words(imagesIn(text)), [
    ...['nginx:1.25', 'busybox', 'registry.example/a/b:v1', 'httpd', 'redis:7'],
    ...['docker.io/library/python:3.12@sha256:abc', 'nginx:1.26'],
    ...['registry.example/tools:2', 'nginx:1.24.0', 'redis:7-alpine', 'busybox:1.36'],
  ])
  t.match(imagesIn(text)[2], { line: 3 })
  t.end()
})

t.test('an image’s full name', (t) => {
  for (const [short, full] of Object.entries({
    nginx: 'docker.io/library/nginx:latest',
    'nginx:1.25': 'docker.io/library/nginx:1.25',
    'calico/node:v3': 'docker.io/calico/node:v3',
    'quay.io/x/y': 'quay.io/x/y:latest',
    'localhost:5000/x': 'localhost:5000/x:latest',
    'a/b@sha256:0': 'docker.io/a/b:latest@sha256:0',
  }))
    t.equal(fullImage(short), full)
  t.end()
})

t.test('machines and the internet', (t) => {
  t.same(words(hostsIn('ssh node01\nssh -o X=y root@controlplane ls\nscp a node02:/x\nssh into the node')), [
    ...['node01', 'controlplane', 'node02'],
  ])
  const text = [
    'curl -sL https://example.org/x | bash',
    'curl http://localhost:8080',
    'curl http://10.0.0.1',
    'curl https://$IP:6443/healthz',
    'curl -s http://web.default.svc.cluster.local/x; wget http://api; curl https://shop.local:30443',
    'curl http://<node-ip>:30080',
    'kubectl apply -f https://example.org/a.yaml',
    'kubectl apply -f a.yaml',
    'apt-get -y install jq',
    'git clone https://example.org/x',
    'helm repo add a https://example.org',
  ].join('\n')
  t.same(
    internetIn(text).map((f) => f.line),
    [1, 7, 9, 10, 11],
  )
  t.end()
})

t.test('a check that cannot fail', (t) => {
  const bad = ['', '#!/bin/bash\n', 'echo ok', 'kubectl get po\nexit 0', 'true']
  const good = ['kubectl get po x', 'set -e\nkubectl get po\necho ok', 'test -e /x || exit 1\nexit 0', '[ -e /x ]']
  for (const text of bad) t.equal(neverFails({ name: 'v', text }), true, text)
  for (const text of good) t.equal(neverFails({ name: 'v', text }), false, text)
  t.end()
})

t.test('a text of a megabyte is read in no time', (t) => {
  const before = process.cpuUsage()
  for (const line of [
    'ssh '.repeat(300_000),
    'curl https://'.repeat(90_000),
    '- image: a'.repeat(100_000),
    'a\n'.repeat(500_000),
  ]) {
    imagesIn(line)
    hostsIn(line)
    internetIn(line)
  }
  t.ok(process.cpuUsage(before).user < 5_000_000)
  t.end()
})
