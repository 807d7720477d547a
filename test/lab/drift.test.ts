import t from 'tap'
import { formatChange, labDrift } from '../../src/lab/drift.js'
import type { Lab } from '../../src/labfile/model.js'
import { fourNodes, labOf } from '../fakes/world.js'

const before = labOf(fourNodes())
const saved = (lab: Lab): Lab => JSON.parse(JSON.stringify(lab)) as Lab
const edit = (from: string, to: string): Lab => labOf(fourNodes().replace(from, to))

t.test('nothing changed: nothing is said, also across the record on disk and another order of keys', (t) => {
  t.same(labDrift(before, labOf(fourNodes())), [])
  t.same(labDrift(saved(before), before), [])
  t.same(labDrift(Object.fromEntries(Object.entries(saved(before)).reverse()) as unknown as Lab, before), [])
  const plain = labOf(fourNodes('kubernetes: false\n'))
  t.same(labDrift(saved(plain), plain), [], 'an undefined that JSON dropped')
  t.same(
    labDrift(before, labOf(`# a comment\n${fourNodes('os: { timezone: Asia/Shanghai }\n')}`)),
    [],
    'a default written out',
  )
  t.end()
})

const changes: Record<string, readonly [Lab, readonly (string | RegExp)[]]> = {
  'a number in a node': [
    edit('ip: 192.168.31.62', 'ip: 192.168.31.62, memory: 4GiB'),
    ['nodes[1].memoryMiB: 3072 → 4096'],
  ],
  'an address': [edit('192.168.31.64', '192.168.31.65'), ['nodes[3].ip: "192.168.31.64" → "192.168.31.65"']],
  'a node more': [
    labOf(fourNodes().replace(/$/, '  - { name: k8s-node04, ip: 192.168.31.65 }\n')),
    ['nodes: 4 entries → 5 entries'],
  ],
  'a node less': [labOf(fourNodes().replace(/ {2}- \{ name: k8s-node03.*\n/, '')), ['nodes: 4 entries → 3 entries']],
  'the name': [edit('name: course', 'name: other'), ['name: "course" → "other"']],
  'Kubernetes off': [labOf(fourNodes('kubernetes: false\n')), [/^kubernetes: \{.*→ nothing$/]],
  'the CNI': [
    labOf(fourNodes('kubernetes: { cni: none }\n')),
    ['kubernetes.cni: {"name":"calico","version":"3.28.5","encapsulation":"vxlanCrossSubnet"} → "none"'],
  ],
  'a list': [labOf(fourNodes('os: { timeServers: [a.example] }\n')), ['os.timeServers: 0 entries → 1 entries']],
  'a switch': [labOf(fourNodes('network: { internet: true }\n')), ['network.internet: false → true']],
  'another kind of image': [
    labOf(fourNodes('image: { path: /x.qcow2 }\n')),
    ['image.kind: "builtin" → "path"', 'image.name: "debian-12" → nothing', 'image.path: nothing → "/x.qcow2"'],
  ],
  'two things': [
    labOf(fourNodes('network: { internet: true }\nos: { user: anna }\n')),
    ['network.internet: false → true', 'os.user: "klab" → "anna"'],
  ],
}
for (const [what, [after, wanted]] of Object.entries(changes)) {
  t.test(what, (t) => {
    const said = labDrift(saved(before), after).map(formatChange)
    t.equal(said.length, wanted.length)
    t.match(said, wanted)
    t.not(labDrift(after, before).length, 0, 'the other way round too')
    t.end()
  })
}

t.test('changes are data', (t) => {
  const after = labOf(fourNodes('network: { internet: true }\n').replace('ip: 192.168.31.62', '$&, memory: 4GiB'))
  t.same(labDrift(saved(before), after), [
    { path: 'network.internet', before: false, after: true },
    { path: 'nodes[1].memoryMiB', before: 3072, after: 4096 },
  ])
  t.match(labDrift(before, labOf(fourNodes('kubernetes: false\n'))), [
    { path: 'kubernetes', before: { cni: { name: 'calico' } }, after: undefined },
  ])
  t.end()
})
