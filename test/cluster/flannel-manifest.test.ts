import { readFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { fillFlannel } from '../../src/cluster/flannel-manifest.js'
import { CorruptError } from '../../src/errors.js'
import { root } from '../fakes/world.js'

/** The shape of upstream's kube-flannel.yml. */
const UPSTREAM = `kind: ConfigMap
metadata: { name: kube-flannel-cfg }
data:
  net-conf.json: |
    {
      "Network": "10.244.0.0/16",
      "Backend": { "Type": "vxlan" }
    }
---
kind: DaemonSet
metadata: { name: kube-flannel-ds }
spec:
  template:
    spec:
      containers:
        - name: kube-flannel
          image: docker.io/flannel/flannel:v0.24.2
          args:
            - --ip-masq
            - --kube-subnet-mgr
            - --iface=eth0
`

const objects = (text: string) => parseAllDocuments(text).map((d) => d.toJS() as Record<string, never>)

t.test('klab’s own: its places are filled in', (t) => {
  const out = fillFlannel(
    readFileSync(`${root}/cloud-init/manifests/flannel.yaml`, 'utf8').replaceAll('@IMAGE@', 'x:1'),
    '10.9.0.0/16',
    'lab0',
  )
  t.match(out, '"Network": "10.9.0.0/16"')
  t.match(out, '--iface=lab0')
  t.notMatch(out.replace(/^#.*\n/gm, ''), /@[A-Z_]+@/)
  t.end()
})

t.test('upstream’s: range and card, nothing else', (t) => {
  const [config, daemons] = objects(fillFlannel(UPSTREAM, '10.81.0.0/16', 'lab0'))
  t.same(JSON.parse((config as unknown as { data: Record<string, string> }).data['net-conf.json']!), {
    Network: '10.81.0.0/16',
    Backend: { Type: 'vxlan' },
  })
  const [container] = (
    daemons as unknown as { spec: { template: { spec: { containers: { args: string[]; image: string }[] } } } }
  ).spec.template.spec.containers
  t.same(container, {
    name: 'kube-flannel',
    image: 'docker.io/flannel/flannel:v0.24.2',
    args: ['--ip-masq', '--kube-subnet-mgr', '--iface=lab0'],
  })
  t.end()
})

t.test('a manifest that is none', (t) => {
  for (const text of [
    '',
    'a: 1',
    UPSTREAM.split('---')[0]!,
    UPSTREAM.split('---')[1]!,
    UPSTREAM.replace('"Network"', '"Network'),
  ])
    t.throws(() => fillFlannel(text, '10.81.0.0/16', 'lab0'), CorruptError)
  t.end()
})
