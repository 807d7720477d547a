/** `klab check` where not everything is there to be asked: early phases, plain VMs, nodes that are not reached. */
import t from 'tap'
import { SECTIONS } from '../../src/course/sections.js'
import { judgeLab } from '../../src/course/judge.js'
import { parseGuestFacts } from '../../src/course/facts.js'
import { fourNodes, labOf } from '../fakes/world.js'
import { course, IMAGES, linesOf, plus, replaced, report, without, type Change } from './machines.js'

t.test('a lab up to an early phase: what comes later is not done, and nothing breaks', (t) => {
  const early: Change = without(
    /^(docker|program|image|version|kubelet|file|proxyMode|flag|api|kubeconfig|daemon)/,
    /^unit (docker|kubelet)/,
  )
  const r = report('2', { 0: early, 1: early, 2: early, 3: early })
  const states = Object.fromEntries(r.sections.map((s) => [s.section, s.state]))
  for (const s of ['2.2.1', '2.2.3', '2.2.7', '2.2.8']) t.equal(states[s], 'done', s)
  const left = '2.3.5 2.3.6 2.3.8 2.3.9 2.4 2.5.6 2.6.1 2.6.2 2.8.1 2.8.2 2.9.1 2.9.2 2.9.3 2.9.4 2.9.5'
  for (const s of left.split(' ')) t.equal(states[s], 'not-done', s)
  t.equal(r.ok, false)
  t.end()
})

t.test('plain VMs: 2.1 and 2.2 only', (t) => {
  const lab = labOf(fourNodes('kubernetes: false\n'))
  const r = report('2', {}, lab)
  t.equal(r.ok, true)
  t.same(
    r.sections.filter((s) => s.state === 'done').map((s) => s.section),
    ['2.1', '2.1-kernel', '2.2.1', '2.2.3', '2.2.4', '2.2.5', '2.2.6', '2.2.7', '2.2.8'],
  )
  t.end()
})

t.test('plain VMs: a changed host name', (t) => {
  const lab = labOf(fourNodes('kubernetes: false\n'))
  const s = report('2.2.8', { 1: replaced('hostname k8s-node01', 'hostname debian') }, lab).sections[0]!
  t.equal(s.state, 'wrong')
  t.match(s.nodes[1]!.findings.at(-1), { state: 'wrong', line: 'hostname: debian, want k8s-node01' })
  t.match(s.nodes[0]!.findings.at(-1), { state: 'done', line: 'hostname: k8s-master01' })
  t.end()
})

t.test('a Labfile that asks for less than the course is taken at its word', (t) => {
  const lab = labOf('name: small\nnodes:\n  - { name: k8s-master01, ip: 192.168.31.61, memory: 2GiB, disk: 20GiB }\n')
  const small: Change = (l) =>
    replaced('memory 3016396', 'memory 1990000')(replaced(/^disk 5.*/, `disk ${20 * 2 ** 30}`)(l)!)
  const s = report('2.1', { 0: small }, lab).sections[0]!
  t.equal(s.state, 'done')
  t.match(s.nodes[0]!.findings[1]!.line, /asks for 2GiB, the course for 3GiB/)
  t.end()
})

t.test('a node that is not reached: no section is green, what is wrong elsewhere is still told', (t) => {
  const r = report('2.2', { 2: () => undefined, 3: plus('swap /x file 1 0 -2') })
  t.equal(r.ok, false)
  t.match(r.nodes[2], { name: 'k8s-node02', reached: false, error: 'gave up after 60 s' })
  const of = (id: string) => r.sections.find((s) => s.section === id)!
  t.equal(of('2.2.8').state, 'unreachable')
  t.equal(of('2.2.7').state, 'wrong')
  t.same(of('2.2.8').nodes.map((n) => n.node), ['k8s-master01', 'k8s-node01', 'k8s-node03']) // prettier-ignore
  t.end()
})

t.test('the control plane is not reached: what it would know is not taken for granted', (t) => {
  const join = report('2.9.4', { 0: () => undefined }).sections[0]!
  t.equal(join.state, 'wrong')
  t.match(join.nodes[0]!.findings.at(-1), { line: /API server: not asked/ })
  t.end()
})

t.test('no bundle in the cache: the images are not known, and not called done', (t) => {
  const node = course.nodes[1]!
  const facts = parseGuestFacts(linesOf(1).join('\n'))
  const r = judgeLab(course, {
    sections: SECTIONS.filter((s) => s.id === '2.8.2'),
    looked: [{ node, facts, skewS: 0 }],
    cluster: undefined,
    images: undefined,
  })
  t.match(r.sections[0], { state: 'not-done', nodes: [{ findings: [{ line: /klab bundle list/ }] }] })
  t.ok(IMAGES.node.length > 0)
  t.end()
})

t.test('the API server refuses, or tells of a pod that is not up', (t) => {
  const refused: Change = (l) => plus('api {"kind":"Status","message":"forbidden"}')(without('api')(l)!)
  t.match(report('2.9.1', { 0: refused }).sections[0]!.nodes[0]!.findings.at(-1), {
    state: 'wrong',
    line: 'API server: forbidden',
  })
  const down = replaced('"calico-node-1","1/1","Running"', '"calico-node-1","0/1","CrashLoopBackOff"')
  const s = report('2.9.1', { 0: down }).sections[0]!
  t.equal(s.state, 'wrong')
  t.match(
    s.nodes[1]!.findings.filter((f) => f.state !== 'done'),
    [{ line: 'pod calico-node-1: 0/1 CrashLoopBackOff' }],
  )
  const notReady = replaced('["k8s-node02","Ready"', '["k8s-node02","NotReady"')
  t.match(report('2.9.1', { 0: notReady }).sections[0]!.nodes[2]!.findings.at(-1), {
    state: 'not-done',
    line: 'node k8s-node02: NotReady',
  })
  t.end()
})
