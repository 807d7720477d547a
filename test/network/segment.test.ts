/** NAT mode through the phases, on the fake: what differs from user mode, from `network` to `destroy`. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { StateError } from '../../src/errors.js'
import { planDestroy } from '../../src/lab/destroy.js'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { guestAddress } from '../../src/node/machine.js'
import { machineStep } from '../../src/phases/machines.js'
import { domainName } from '../../src/node/names.js'
import { networkSteps } from '../../src/phases/network.js'
import { networkSpec, segmentOf } from '../../src/network/segment.js'
import { fakeQemuImg, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const context = { line: () => undefined, signal: new AbortController().signal }
const lab = labOf(fourNodes('network: { mode: nat }\n'))
const stage = (t: Parameters<typeof makeWorld>[0]) => {
  const world = makeWorld(t, { host: { 'qemu-img': fakeQemuImg } })
  return { world, run: makeRun(world, lab, { keys: true }) }
}

t.test('the network: the host’s address first, a lease for each node by the MAC of its card', (t) => {
  const { run } = stage(t)
  const spec = networkSpec(run.id, lab)
  t.match(spec, { address: '192.168.31.1', prefix: 24, internet: false, labId: run.id, bridge: /^klab[0-9a-f]{8}$/ })
  t.same(
    spec.leases.map((l) => [l.node, l.ip]),
    lab.nodes.map((n) => [n.name, n.ip]),
  )
  t.equal(new Set(spec.leases.map((l) => l.mac)).size, 4)
  t.equal(networkSpec(run.id, labOf(fourNodes('network: { mode: nat, internet: true }\n'))).internet, true)
  t.not(networkSpec(run.id, lab).uuid, networkSpec(`${run.id}x`, lab).uuid)
  t.end()
})

t.test('phase network makes it once, and ssh_config names the nodes’ addresses', async (t) => {
  const { world, run } = stage(t)
  const [access, network] = networkSteps(run)
  t.equal(network!.id, 'network/nat')
  t.notOk(await network!.done!(context))
  for (const step of [access!, network!]) await step.run(context)
  t.ok(await network!.done!(context))
  t.match(await world.hypervisor.networks(), [
    { name: networkSpec(run.id, lab).name, active: true, mark: { labId: run.id } },
  ])
  const config = readFileSync(run.paths.sshConfig, 'utf8')
  for (const n of lab.nodes) t.match(config, `Host ${n.name}\n  HostName ${n.ip}\n  Port 22\n`)
  t.notMatch(config, /127\.0\.0\.1/)
  t.match(await guestAddress(run.paths, run.record, 'k8s-node01'), { host: '192.168.31.62', port: 22 })
  t.same(world.l2Calls, [], 'no switch')
})

t.test('a machine: one card, on the network; its seed has the host as gateway and name server', async (t) => {
  const { world, run } = stage(t)
  const node = lab.nodes[1]!
  await world.layers.build(await nodeImageKey(run), () => Promise.resolve())
  await networkSteps(run)[0]!.run(context)
  await machineStep(run, node).run(context)
  const name = domainName(run.id, node.name)
  const spec = world.hypervisor.specOf(name)
  const { leases, name: network } = networkSpec(run.id, lab)
  t.match(spec, { net: { network, mac: leases[1]!.mac } })
  t.notOk(spec?.mgmt)
  const seed = world.seeds.get(run.paths.node(node.name).seed)!
  const config = parse(seed['network-config']!) as { ethernets: object }
  t.same(
    (parse(seed['user-data']!) as { runcmd: string[][] }).runcmd.map((c) => c.at(-1)),
    ['192.168.31.1'],
  )
  t.same(config.ethernets, {
    lab0: {
      match: { macaddress: leases[1]!.mac },
      'set-name': 'lab0',
      'accept-ra': false,
      addresses: ['192.168.31.62/24'],
      nameservers: { addresses: ['192.168.31.1'] },
      routes: [{ to: '0.0.0.0/0', via: '192.168.31.1' }],
    },
  })
  await world.hypervisor.removeNetwork(network)
  await t.rejects(world.hypervisor.start(name), /not active/)
  await segmentOf(run).ensure()
  await world.hypervisor.start(name)
})

t.test('destroy: this lab’s network and no other, also when the Labfile says user by now', async (t) => {
  const { world, run } = stage(t)
  await segmentOf(run).ensure()
  const other = { ...networkSpec('other-00000000', lab), address: '192.168.77.1' }
  await world.hypervisor.ensureNetwork(other)
  for (const mode of ['nat', 'user'] as const) {
    const { phases } = await planDestroy(world, { id: run.id, name: lab.name, paths: run.paths, network: { mode } })
    t.same(
      phases.find((p) => p.name === 'network')!.steps.map((s) => s.id),
      ['network/nat', 'network/l2'],
    )
  }
  const plan = await planDestroy(world, { id: run.id, name: lab.name, paths: run.paths, network: { mode: 'nat' } })
  for (const step of plan.phases.find((p) => p.name === 'network')!.steps) await step.run(context)
  t.match(await world.hypervisor.networks(), [{ name: other.name }])
  world.hypervisor.addNetwork({
    name: networkSpec(run.id, lab).name,
    uuid: 'x',
    bridge: 'b',
    active: true,
    ranges: [],
    mark: undefined,
  })
  await t.rejects(segmentOf(run).ensure(), StateError)
})
