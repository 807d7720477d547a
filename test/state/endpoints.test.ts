import t from 'tap'
import { StateError } from '../../src/errors.js'
import { apiServers, directEnv } from '../../src/node/api-server.js'
import { assignPorts, forwardsOf, portCount, portsOf, sshEndpoint, accessTitle } from '../../src/state/endpoints.js'
import { fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const NODE = 'k8s-node01'

t.test('user mode: forwarded ports on 127.0.0.1', (t) => {
  const lab = labOf(fourNodes())
  const { record } = makeRun(makeWorld(t), lab)
  t.equal(portCount(lab, ['k8s-master01']), 5)
  t.same(record.ports, assignPorts(lab, ['k8s-master01'], [22000, 22001, 22002, 22003, 22100]))
  t.same(sshEndpoint(record, NODE), { host: '127.0.0.1', port: 22001 })
  t.same(apiServers(record), ['https://127.0.0.1:22100'])
  t.same(forwardsOf(record, 'k8s-master01'), [
    { hostPort: 22000, guestPort: 22 },
    { hostPort: 22100, guestPort: 6443 },
  ])
  t.same(directEnv(record, { NO_PROXY: 'x' }), {}, 'Go asks no proxy for a loopback address')
  t.equal(sshEndpoint(record, 'other'), undefined)
  t.throws(() => portsOf(record, 'other'), StateError)
  t.throws(() => forwardsOf(record, 'other'), StateError)
  t.match(accessTitle(lab), /127\.0\.0\.1/)
  t.end()
})

t.test('NAT mode: the nodes’ own addresses, and no port of the host', (t) => {
  const lab = labOf(fourNodes('network: { mode: nat }\n'))
  const { record } = makeRun(makeWorld(t), lab)
  t.equal(portCount(lab, ['k8s-master01']), 0)
  t.same(record.ports, {})
  t.same(sshEndpoint(record, NODE), { host: '192.168.31.62', port: 22 })
  t.same(apiServers(record), ['https://192.168.31.61:6443'])
  t.same(forwardsOf(record, NODE), [])
  t.same(directEnv(record, {}), { NO_PROXY: '192.168.31.61' })
  t.same(directEnv(record, { no_proxy: 'a,b' }), { NO_PROXY: 'a,b,192.168.31.61' })
  t.equal(sshEndpoint(record, 'other'), undefined)
  t.notMatch(accessTitle(lab), /127/)
  t.end()
})

t.test('a port for each API server, after those of SSH', (t) => {
  const lab = labOf(fourNodes())
  const api = ['k8s-master01', 'k8s-node02']
  t.equal(portCount(lab, api), 6)
  t.same(assignPorts(lab, api, [1, 2, 3, 4, 5, 6]), {
    'k8s-master01': { ssh: 1, api: 5 },
    'k8s-node01': { ssh: 2 },
    'k8s-node02': { ssh: 3, api: 6 },
    'k8s-node03': { ssh: 4 },
  })
  t.end()
})

t.test('plain machines have no API server', (t) => {
  for (const mode of ['user', 'nat']) {
    const lab = labOf(
      `name: p\nkubernetes: false\nnetwork: { mode: ${mode} }\nnodes: [{ name: a, ip: 192.168.31.2 }]\n`,
    )
    const { record } = makeRun(makeWorld(t), lab)
    t.same(apiServers(record), [])
    t.same(directEnv(record, {}), {})
  }
  t.end()
})
