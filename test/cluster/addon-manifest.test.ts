import t from 'tap'
import { parse } from 'yaml'
import { fillAddon } from '../../src/cluster/addon-manifest.js'
import { CorruptError } from '../../src/errors.js'

const TEXT = `# A head of comments with @NOTHING@ in it.
kind: Namespace
---
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: a
          image: '@IMAGE:a@'
          args: ['--every=@EVERY@']
          livenessProbe: { httpGet: { path: / }, timeoutSeconds: 5, initialDelaySeconds: 20 }
          readinessProbe: { httpGet: { path: / } }
`
const settings = { name: 'x', images: { a: 'r.example/a:v1' }, values: { EVERY: '15s' }, patient: false }
const container = (text: string) =>
  (parse(text.split('---\n')[1]!) as { spec: { template: { spec: { containers: unknown[] } } } }).spec.template.spec
    .containers[0]

t.test('images and values are filled in; the probes stay', (t) => {
  t.same(container(fillAddon(TEXT, settings)), {
    name: 'a',
    image: 'r.example/a:v1',
    args: ['--every=15s'],
    livenessProbe: { httpGet: { path: '/' }, timeoutSeconds: 5, initialDelaySeconds: 20 },
    readinessProbe: { httpGet: { path: '/' } },
  })
  t.end()
})

t.test('on a slow host the probes are longer', (t) => {
  t.match(container(fillAddon(TEXT, { ...settings, patient: true })), {
    livenessProbe: { timeoutSeconds: 60, initialDelaySeconds: 20, periodSeconds: 60, failureThreshold: 10 },
    readinessProbe: { timeoutSeconds: 60, periodSeconds: 15 },
  })
  t.end()
})

t.test('a place without a value, and text that is no YAML', (t) => {
  const without = (change: object) => () => fillAddon(TEXT, { ...settings, ...change })
  t.throws(without({ images: {} }), { constructor: CorruptError, message: /^manifest\.yaml of x .*: @IMAGE:a@$/ })
  t.throws(without({ values: {} }), { message: /: @EVERY@$/ })
  t.throws(() => fillAddon('a: [', settings), { constructor: CorruptError, message: /is not YAML/ })
  t.end()
})
