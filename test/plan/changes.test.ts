import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Lab } from '../../src/labfile/model.js'
import { consequencesOf } from '../../src/plan/changes.js'
import { fourNodes, labOf, root } from '../fakes/world.js'

const text = fourNodes()
const before = labOf(text)
const of = (after: Lab, from = before): string[] =>
  consequencesOf(from, after).map((c) => `${c.path} ${c.when} ${c.joins ?? c.leaves ?? c.command ?? ''}`.trim())
const edit = (a: string, b: string): Lab => labOf(text.replace(a, b))
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGl0IGlzIGEga2V5IG9mIG5vYm9keSwgZm9yIHRlc3Rz anna'
const NEW = 'klab destroy, then klab up'
const more = '  - { name: k8s-node04, ip: 192.168.31.65 }\n'

const table: Record<string, readonly [Lab, readonly string[]]> = {
  nothing: [labOf(text), []],
  'a worker more': [labOf(`${text}${more}`), ['nodes[4] now k8s-node04']],
  'a worker less': [edit(/ {2}- \{ name: k8s-node02.*\n/.exec(text)![0], ''), ['nodes[2] now k8s-node02']],
  'one for another': [
    edit(/ {2}- \{ name: k8s-node03.*\n/.exec(text)![0], more),
    ['nodes[3] now k8s-node04', 'nodes[3] now k8s-node03'],
  ],
  'workers in another order': [
    labOf(text.replace(/( {2}- \{ name: k8s-node02.*\n)( {2}- \{ name: k8s-node03.*\n)/, '$2$1')),
    [],
  ],
  memory: [edit('ip: 192.168.31.62', '$&, memory: 4GiB'), ['nodes[1].memoryMiB boot klab reload k8s-node01']],
  cpus: [edit('ip: 192.168.31.64', '$&, cpus: 3'), ['nodes[3].cpus boot klab reload k8s-node03']],
  ports: [edit('ip: 192.168.31.62', '$&, ports: ["8080:80"]'), ['nodes[1].ports boot klab reload k8s-node01']],
  labels: [edit('ip: 192.168.31.62', '$&, labels: { disk: ssd }'), ['nodes[1].labels now']],
  taints: [edit('ip: 192.168.31.62', '$&, taints: ["a:NoSchedule"]'), ['nodes[1].taints now']],
  disk: [edit('ip: 192.168.31.62', '$&, disk: 60GiB'), [`nodes[1].diskGiB new-lab ${NEW}`]],
  'an address': [edit('192.168.31.64', '192.168.31.65'), [`nodes[3].ip new-lab ${NEW}`]],
  'the control plane’s name': [
    edit('k8s-master01', 'k8s-master02'),
    [`nodes[0] new-lab ${NEW}`, `nodes[0] new-lab ${NEW}`],
  ],
  keys: [labOf(fourNodes(`os: { authorizedKeys: ["${KEY}"] }\n`)), ['os.authorizedKeys now']],
  'registry mirrors': [
    labOf(fourNodes('kubernetes: { registryMirrors: ["https://mirror.example"] }\n')),
    ['kubernetes.registryMirrors now'],
  ],
  'add-ons': [labOf(fourNodes('kubernetes: { addons: [metrics-server] }\n')), ['kubernetes.addons now']],
  'a zone': [labOf(fourNodes('os: { timezone: Europe/Berlin }\n')), ['os.timezone now']],
  'kube-proxy’s mode': [labOf(fourNodes('kubernetes: { proxyMode: ipvs }\n')), [`kubernetes.proxyMode new-lab ${NEW}`]],
  'no Kubernetes': [labOf(fourNodes('kubernetes: false\n')), [`kubernetes new-lab ${NEW}`]],
  'no network': [labOf(fourNodes('kubernetes: { cni: none }\n')), [`kubernetes.cni new-lab ${NEW}`]],
}
for (const [what, [after, wanted]] of Object.entries(table))
  t.test(what, (t) => {
    t.same(of(after), wanted)
    t.end()
  })

t.test('a pod network where there was none; not from a folder, whose images are as they were handed over', (t) => {
  t.same(of(before, labOf(fourNodes('kubernetes: { cni: none }\n'))), ['kubernetes.cni now'])
  const dir = (cni: string): Lab => labOf(fourNodes(`kubernetes: { cni: ${cni}, bundle: { dir: k } }\n`))
  t.same(of(dir('flannel'), dir('none')), [`kubernetes.cni new-lab ${NEW}`])
  t.end()
})

t.test('a cluster of one node takes pods, which only init decides: it does not grow; plain labs do', (t) => {
  const one = (more: string): Lab => labOf(`name: one\nnodes:\n  - { name: a, ip: 192.168.31.71 }\n${more}`)
  const b = '  - { name: b, ip: 192.168.31.72 }\n'
  t.same(of(one(b), one('')), [`nodes[1] new-lab ${NEW}`])
  t.same(of(one(''), one(b)), [`nodes[1] new-lab ${NEW}`])
  const plain = 'kubernetes: false\n'
  t.same(of(one(b + plain), one(plain)), ['nodes[1] now b'])
  t.end()
})

t.test('a control plane more or less, or another address for them: a new lab', (t) => {
  const ha = readFileSync(`${root}/labs/ha/Labfile`, 'utf8')
  const three = labOf(ha)
  const two = ['k8s-master04', 'k8s-master05']
    .map((n, i) => `  - { name: ${n}, role: control-plane, ip: 192.168.31.${71 + i}, memory: 2GiB }\n`)
    .join('')
  t.same(of(labOf(ha.replace('\nkubernetes:', `${two}\nkubernetes:`)), three), [
    `nodes[4] new-lab ${NEW}`,
    `nodes[5] new-lab ${NEW}`,
  ])
  t.same(of(labOf(ha.replace('192.168.31.60', '192.168.31.59')), three), [`kubernetes.apiEndpoint new-lab ${NEW}`])
  const worker = '  - { name: k8s-node02, ip: 192.168.31.65 }\n'
  t.same(of(labOf(ha.replace('\nkubernetes:', `${worker}\nkubernetes:`)), three), ['nodes[4] now k8s-node02'])
  const alone = labOf(ha.replace(/ {2}- \{ name: k8s-node01.*\n/, ''))
  t.same(of(three, alone), [`nodes[3] new-lab ${NEW}`], 'control planes without workers take pods')
  t.end()
})
