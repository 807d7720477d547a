import { readFileSync } from 'node:fs'
import t from 'tap'
import { fetchWords, imageUses, manifestFetches } from '../../src/cluster/image-uses.js'
import { manifestImages } from '../../src/cluster/images.js'

const SUM = `sha256:${'a'.repeat(64)}`
const TEXT = `kind: Pod
spec:
  initContainers:
    - { image: init:1, imagePullPolicy: Always }
    - { image: init:2, imagePullPolicy: Never }
  containers:
    - { image: none }
    - { image: some:latest }
    - { image: "host:5000/none" }
    - { image: loaded, imagePullPolicy: IfNotPresent }
    - { image: quay.io/a:1@${SUM} }
    - { image: quay.io/a@${SUM}, imagePullPolicy: Never }
    - { image: plain:1 }
  volumes:
    - { name: files, image: { reference: files:1, pullPolicy: Always } }
    - { name: git, gitRepo: { repository: https://git.example/a } }
`

t.test('what a node would fetch though all images are loaded, and what to change', (t) => {
  t.strictSame(manifestFetches(TEXT).map(fetchWords), [
    'init:1 (line 4): imagePullPolicy is Always: set it to IfNotPresent',
    'none (line 7): latest means imagePullPolicy Always: name a tag, or set imagePullPolicy: IfNotPresent',
    'some:latest (line 8): latest means imagePullPolicy Always: name a tag, or set imagePullPolicy: IfNotPresent',
    'host:5000/none (line 9): latest means imagePullPolicy Always: name a tag, or set imagePullPolicy: IfNotPresent',
    `quay.io/a:1@${SUM} (line 11): a loaded archive has no digests: drop the digest, and name a tag`,
    `quay.io/a@${SUM} (line 12): a loaded archive has no digests: drop the digest, and name a tag`,
    'files:1 (line 15): imagePullPolicy is Always: set it to IfNotPresent',
    'https://git.example/a (line 16): a gitRepo volume is cloned: take another volume',
  ])
  t.end()
})

t.test('names behind anchors count, and images of volumes', (t) => {
  const text = 'a: &i some:1\nl: &l [{ image: *i, imagePullPolicy: &p Always }]\nspec: { containers: *l }\n'
  t.match(imageUses(text), [{ image: 'some:1', policy: 'Always' }])
  t.ok(manifestImages(TEXT).includes('files:1'))
  t.end()
})

t.test('Calico’s own manifest fetches nothing', (t) => {
  t.strictSame(manifestFetches(readFileSync(new URL('../fixtures/calico/calico.yaml', import.meta.url), 'utf8')), [])
  t.end()
})

t.test('a list that is repeated by anchors is gone through once', (t) => {
  const items = '{ image: some:1 }, '.repeat(10_000)
  const text = `a: &l [${items}]\n${Array.from({ length: 10_000 }, () => '- { containers: *l }\n').join('')}`
  t.ok(imageUses(text.replace(/^a: /, '- ')).length <= 10_000)
  t.end()
})
