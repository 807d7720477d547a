import { readFileSync } from 'node:fs'
import t from 'tap'
import { haproxyConfig, keepalivedConfig } from '../../src/cluster/load-balancer.js'
import { profileFor } from '../../src/cluster/profile.js'
import { topologyOf } from '../../src/cluster/topology.js'
import { golden } from '../fakes/golden.js'
import { labOf, root } from '../fakes/world.js'

const lab = labOf(readFileSync(`${root}/labs/ha/Labfile`, 'utf8'))
const topology = topologyOf(lab)!

for (const accel of ['kvm', 'tcg'] as const)
  t.test(`labs/ha, ${accel}`, (t) => {
    const profile = profileFor(accel, 3)
    golden(t, `ha/haproxy-${accel}.cfg`, haproxyConfig(topology, profile))
    golden(t, `ha/keepalived-${accel}.conf`, keepalivedConfig(topology, topology.first, profile, 'lab0'))
    t.end()
  })

t.test('each control plane has its own place, and names the others', (t) => {
  const texts = topology.controlPlanes.map((n) => keepalivedConfig(topology, n, profileFor('kvm', 3), 'lab0'))
  const priorities = texts.map((text) => Number(/priority (\d+)/.exec(text)![1]))
  t.same(priorities, [200, 199, 198])
  const weight = Number(/weight (-\d+)/.exec(texts[0]!)![1])
  t.ok(priorities[0]! + weight < priorities[2]!, 'the first without haproxy comes after all others')
  topology.controlPlanes.forEach((n, i) => {
    const peers = /unicast_peer \{([^}]*)\}/.exec(texts[i]!)![1]!.trim().split(/\s+/)
    t.same(
      peers,
      topology.controlPlanes.filter((other) => other !== n).map((other) => other.ip),
    )
    t.match(texts[i], `unicast_src_ip ${n.ip}\n`)
  })
  t.end()
})
