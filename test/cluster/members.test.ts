import { readFileSync } from 'node:fs'
import t from 'tap'
import { initConfig, memberConfig } from '../../src/cluster/kubeadm.js'
import { profileFor } from '../../src/cluster/profile.js'
import { topologyOf } from '../../src/cluster/topology.js'
import { minorOf } from '../../src/versions/kubernetes.js'
import { unpatched } from '../../src/cluster/unpatched.js'
import { golden } from '../fakes/golden.js'
import { staticPods } from '../fakes/static-pods.js'
import { labOf, root } from '../fakes/world.js'

const ha = labOf(readFileSync(`${root}/labs/ha/Labfile`, 'utf8'))
const topology = topologyOf(ha)!
const TOKEN = 'abcdef.0123456789abcdef'
const HASH = `sha256:${'a'.repeat(64)}`

t.test('labs/ha: what the first control plane and those beside it are told, in each of kubeadm’s APIs', (t) => {
  const { first, others, endpoint, shared } = topology
  for (const [version, runtime, accel] of [
    ['1.20.2', 'docker', 'tcg'],
    ['1.23.17', 'docker', 'tcg'],
    ['1.30.14', 'containerd', 'kvm'],
    ['1.37.2', 'containerd', 'tcg'],
  ] as const) {
    const k = { ...ha.kubernetes!, version, runtime }
    const profile = profileFor(accel, 3, minorOf(version))
    const name = `kubeadm/ha-${version}-${accel}`
    golden(t, `${name}.init.yaml`, initConfig(k, first, profile, { token: TOKEN, shared }))
    const facts = { endpoint, token: TOKEN, caHash: HASH, certificateKey: 'c'.repeat(64) }
    golden(t, `${name}.member.yaml`, memberConfig(k, others[0]!, profile, facts))
    const upload = initConfig(k, first, profile, { token: TOKEN, shared, certificateKey: 'c'.repeat(64) })
    t.equal(upload.replace(/^certificateKey: .*\n/m, ''), initConfig(k, first, profile, { token: TOKEN, shared }))
    t.match(memberConfig(k, others[0]!, profile, { ...facts, alone: true }), 'taints: []')
    t.notMatch(memberConfig(k, others[0]!, profile, facts), 'taints')
  }
  t.end()
})

t.test('with several control planes a slow host elects leaders, patiently; what one alone has does not change', (t) => {
  for (const name of ['controllerManagerArgs', 'schedulerArgs'] as const) {
    t.equal(profileFor('tcg', 1)[name]['leader-elect'], 'false')
    t.match(profileFor('tcg', 3)[name], { 'leader-elect-lease-duration': '120s' })
    t.notOk('leader-elect' in profileFor('tcg', 3)[name], 'kubeadm’s own true stays')
    t.same(profileFor('kvm', 3)[name], {})
  }
  t.match(profileFor('tcg', 1).why, 'leader election off')
  t.notMatch(profileFor('tcg', 3).why, 'election off')
  const pods = staticPods(ha.kubernetes!, topology.first, profileFor('tcg', 3))
  t.same(unpatched(ha.kubernetes!, profileFor('tcg', 3), pods), [])
  t.end()
})
