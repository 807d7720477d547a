import { readFileSync } from 'node:fs'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { autodetection, calicoLines, calicoProblem, defaultCalico } from '../../src/versions/calico.js'
import { patchCalico, type CalicoSettings } from '../../src/cluster/calico-manifest.js'
import { manifestImages } from '../../src/cluster/images.js'
import { knownMinors } from '../../src/versions/kubernetes.js'
import { CorruptError } from '../../src/errors.js'
import { golden } from '../fakes/golden.js'

const text = readFileSync(new URL('../fixtures/calico/calico.yaml', import.meta.url), 'utf8')
const settings: CalicoSettings = {
  version: '3.14.2',
  encapsulation: 'ipip',
  podCidr: '10.81.0.0/16',
  labCidr: '192.168.31.0/24',
  labNic: 'lab0',
  patient: false,
}

t.test('lines and minors: the course’s 3.14 with 1.17, and some line for every minor that klab knows', (t) => {
  t.same(calicoLines(17), ['3.12', '3.13', '3.14', '3.15', '3.16', '3.17'])
  t.same(calicoLines(20), ['3.18', '3.19', '3.20', '3.21'])
  for (const minor of knownMinors) t.match(defaultCalico(minor), /^3\.\d+\.\d+$/, `1.${minor}`)
  t.equal(defaultCalico(20), '3.21.6')
  t.equal(defaultCalico(99), undefined)
  t.end()
})

t.test('a Calico that does not fit, and the lines that do', (t) => {
  t.equal(calicoProblem('3.14.2', 17), undefined)
  t.equal(
    calicoProblem('3.14.2', 20),
    'Calico 3.14.2 is made for Kubernetes 1.16 to 1.18, not 1.20: take 3.18, 3.19, 3.20, 3.21',
  )
  t.equal(
    calicoProblem('3.21.6', 17),
    'Calico 3.21.6 is made for Kubernetes 1.20 to 1.22, not 1.17: take 3.12, 3.13, 3.14, 3.15, 3.16, 3.17',
  )
  t.match(calicoProblem('3.99.0', 20), /klab knows Calico 3\.8 to 3\.33, not 3\.99\.0; for Kubernetes 1\.20 take 3\.18/)
  t.end()
})

t.test('the lab’s card: by name before 3.16, by range from then on', (t) => {
  t.equal(autodetection('3.15.5', '192.168.31.0/24', 'lab0'), 'interface=lab0')
  t.equal(autodetection('3.16.0', '192.168.31.0/24', 'lab0'), 'cidr=192.168.31.0/24')
  t.end()
})

const cases: Record<string, Partial<CalicoSettings>> = {
  ipip: {},
  vxlan: { encapsulation: 'vxlan' },
  'vxlan-slow': { encapsulation: 'vxlan', patient: true },
}
for (const [name, change] of Object.entries(cases)) {
  t.test(name, (t) => {
    golden(t, `calico/${name}.yaml`, patchCalico(text, { ...settings, ...change }))
    t.end()
  })
}

interface Container {
  readonly env: readonly { name: string; value?: string; valueFrom?: unknown }[]
  readonly livenessProbe: { exec: { command: string[] } }
}

t.test('what is asked for is what the container gets, once each; images and pull policy stay', (t) => {
  const out = patchCalico(
    text
      .replace('# - name: CALICO_IPV4POOL_CIDR', '- name: CALICO_IPV4POOL_CIDR')
      .replace('#   value: "192', '  value: "192'),
    {
      ...settings,
      encapsulation: 'vxlan',
    },
  )
  const objects = parseAllDocuments(out).map(
    (d) => d.toJS() as { kind: string; spec: { template: { spec: { containers: Container[] } } } },
  )
  const [node] = objects.find((o) => o.kind === 'DaemonSet')!.spec.template.spec.containers
  const env = node!.env.map((v) => `${v.name}=${v.value ?? 'from'}`)
  t.same(env, [
    'CALICO_NETWORKING_BACKEND=from',
    'IP=autodetect',
    'CALICO_IPV4POOL_IPIP=Never',
    'CALICO_IPV4POOL_CIDR=10.81.0.0/16',
    'FELIX_IPV6SUPPORT=false',
    'CALICO_IPV4POOL_VXLAN=Always',
    'IP_AUTODETECTION_METHOD=interface=lab0',
    'FELIX_MTUIFACEPATTERN=^lab0$',
  ])
  t.same(node!.livenessProbe.exec.command, ['/bin/calico-node', '-felix-live'], 'VXLAN runs no BIRD')
  t.same(manifestImages(out), manifestImages(text))
  t.match(out, 'imagePullPolicy: IfNotPresent')
  t.match(out, 'value: "false"', 'a text stays a text, for the YAML 1.1 of kubectl too')
  t.end()
})

t.test('on a slow host calico-node says who it is before the plugin is there', (t) => {
  const init = (patient: boolean) => {
    const out = patchCalico(text, { ...settings, encapsulation: 'vxlan', patient })
    const pods = parseAllDocuments(out).map(
      (d) => d.toJS() as { kind: string; spec: { template: { spec: Record<string, Record<string, unknown>[]> } } },
    )
    const { containers, initContainers } = pods.find((o) => o.kind === 'DaemonSet')!.spec.template.spec
    return { node: containers![0]!, steps: initContainers! }
  }
  t.same(
    init(false).steps.map((c) => c['name']),
    ['install-cni'],
    'elsewhere the steps are those of Calico’s makers',
  )
  const { node, steps } = init(true)
  t.same(
    steps.map((c) => c['name']),
    ['startup', 'install-cni'],
  )
  for (const field of ['image', 'env', 'securityContext', 'volumeMounts'])
    t.same(steps[0]![field], node[field], `${field} as calico-node has it`)
  t.match(steps[0]!['command'], ['sh', '-c', /calico-node -startup/])
  t.end()
})

t.test('resource definitions are passed on byte for byte', (t) => {
  const definition = text.slice(text.indexOf('# left alone'), text.indexOf('---\n\n---'))
  t.ok(patchCalico(text, { ...settings, patient: true }).includes(definition))
  t.end()
})

t.test('a manifest that is none, or of another version', (t) => {
  const bad: Record<string, [string, RegExp]> = {
    empty: ['', /has no DaemonSet calico-node/],
    'not YAML': ['a: [\n', /is not YAML/],
    'no container': [text.replace('- name: calico-node\n', '- name: other\n'), /has no container calico-node/],
    'no configuration': [
      text.replace('name: calico-config\n  namespace', 'name: other\n  namespace'),
      /has no ConfigMap calico-config/,
    ],
    'another version': [text.replaceAll('3.14.2', '3.13.5'), /is Calico 3\.13\.5, the Labfile wants 3\.14\.2/],
    'no version': [text.replaceAll(':v3.14.2', ':latest'), /is Calico calico\/node:latest, the Labfile wants 3\.14\.2/],
  }
  for (const [name, [content, message]] of Object.entries(bad))
    t.throws(() => patchCalico(content, settings), { constructor: CorruptError, message }, name)
  t.end()
})

t.test('on a slow host calico-node starts without the steps that it does not need', (t) => {
  const step = (name: string): string => `        - name: ${name}\n          image: calico/node:v3.14.2\n`
  const first = '        - name: install-cni\n'
  const full = text.replace(first, `${step('upgrade-ipam')}${step('mount-bpffs')}${first}`)
  t.not(full, text, 'the steps are in')
  const steps = (patient: boolean): readonly string[] =>
    patchCalico(full, { ...settings, encapsulation: 'vxlan', patient }).match(/name: (?:upgrade|install|mount)-\w+/g) ??
    []
  t.same(steps(false), ['name: upgrade-ipam', 'name: mount-bpffs', 'name: install-cni'])
  t.same(steps(true), ['name: install-cni'])
  t.end()
})
