import t from 'tap'
import { apiNodes, hostPort, sharedEndpoint, topologyOf } from '../../src/cluster/topology.js'
import type { Lab, NodeSpec, Role } from '../../src/labfile/model.js'
import { fourNodes, labOf } from '../fakes/world.js'

const lab = labOf(fourNodes())
const names = (nodes: readonly NodeSpec[]): string[] => nodes.map((n) => n.name)
/** The course's lab with other roles. */
const withRoles = (...roles: Role[]): Lab => ({
  ...lab,
  nodes: lab.nodes.map((n, i) => ({ ...n, role: roles[i] ?? 'worker' })),
})

t.test('the course’s lab: one control plane, three workers', (t) => {
  const found = topologyOf(lab)!
  t.equal(found.first.name, 'k8s-master01')
  t.equal(found.first, lab.nodes[0], 'the lab’s own node, so that nodes can be compared')
  t.same(found.others, [])
  t.same(names(found.controlPlanes), ['k8s-master01'])
  t.same(names(found.workers), ['k8s-node01', 'k8s-node02', 'k8s-node03'])
  t.same(found.endpoint, { host: '192.168.31.61', port: 6443 })
  t.equal(hostPort(found.endpoint), '192.168.31.61:6443')
  t.same(apiNodes(lab), ['k8s-master01'])
  t.end()
})

t.test('the role decides, not the place in the list', (t) => {
  const found = topologyOf(withRoles('worker', 'worker', 'control-plane'))!
  t.equal(found.first.name, 'k8s-node02')
  t.same(names(found.workers), ['k8s-master01', 'k8s-node01', 'k8s-node03'])
  t.equal(found.endpoint.host, '192.168.31.63')
  t.end()
})

t.test('three control planes: the first leads, the others are no workers, each runs an API server', (t) => {
  const three = withRoles('worker', 'control-plane', 'control-plane', 'control-plane')
  const found = topologyOf(three)!
  t.equal(found.first.name, 'k8s-node01')
  t.same(names(found.others), ['k8s-node02', 'k8s-node03'])
  t.same(names(found.controlPlanes), ['k8s-node01', 'k8s-node02', 'k8s-node03'])
  t.same(names(found.workers), ['k8s-master01'])
  t.same(apiNodes(three), ['k8s-node01', 'k8s-node02', 'k8s-node03'])
  t.end()
})

t.test('a single node is the whole cluster', (t) => {
  const found = topologyOf({ ...lab, nodes: lab.nodes.slice(0, 1) })!
  t.same(names(found.controlPlanes), ['k8s-master01'])
  t.same(found.workers, [])
  t.end()
})

t.test('plain VMs have none, whatever their roles; nor has a lab without nodes', (t) => {
  const plain = { ...lab, kubernetes: undefined }
  t.equal(topologyOf(plain), undefined)
  t.same(apiNodes(plain), [])
  t.equal(topologyOf({ ...lab, nodes: [] }), undefined)
  t.end()
})

t.test('three control planes share an address and a port that no API server has; one has its own', (t) => {
  const three = withRoles('control-plane', 'control-plane', 'control-plane')
  const ha = { ...three, kubernetes: { ...three.kubernetes!, apiEndpoint: '192.168.31.60' } }
  t.same(topologyOf(ha)!.endpoint, { host: '192.168.31.60', port: 8443 })
  t.equal(sharedEndpoint(ha), '192.168.31.60:8443')
  t.equal(sharedEndpoint(lab), null)
  t.equal(topologyOf(lab)!.shared, undefined)
  t.end()
})
