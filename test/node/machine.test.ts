import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { StateError } from '../../src/errors.js'
import { checkSpec } from '../../src/hypervisor/spec.js'
import { nodeImageKey } from '../../src/node-image/bake.js'
import { guestAddress, machineSpec } from '../../src/node/machine.js'
import { machineStep } from '../../src/phases/machines.js'
import { domainName } from '../../src/node/names.js'
import { portsOf } from '../../src/state/endpoints.js'
import { cards, fakeQemuImg, fourNodes, labOf, makeRun, makeWorld } from '../fakes/world.js'

const lab = labOf(fourNodes())
const boot = { kind: 'disk' } as const
const context = { line: () => undefined, signal: new AbortController().signal }

t.test('an emulated machine has words for its kernel; one with KVM, or with its own boot loader, has none', (t) => {
  const direct = { kind: 'direct', kernel: '/k', initrd: '/i', cmdline: 'root=LABEL=rootfs' } as const
  const booted = (accel: 'tcg' | 'kvm', how: typeof direct | typeof boot) => {
    const run = { ...makeRun(makeWorld(t), lab), accel }
    const nics = cards(run, lab.nodes[0]!.name, '/run/vde')
    return machineSpec(run, lab.nodes[0]!, { boot: how, bundleIso: undefined, nics }).boot
  }
  t.match(booted('tcg', direct), {
    cmdline: 'root=LABEL=rootfs klab.timerslack=5000000 systemd.setenv=GOMAXPROCS=1',
  })
  t.same(booted('kvm', direct), direct)
  t.same(booted('tcg', boot), boot)
  t.end()
})

t.test('a control plane: both ports forwarded, bundle as third disk, both cards', (t) => {
  const run = makeRun(makeWorld(t), lab)
  const spec = machineSpec(run, lab.nodes[0]!, {
    boot,
    bundleIso: '/cache/bundle.iso',
    nics: cards(run, lab.nodes[0]!.name, '/run/vde'),
  })
  const at = run.paths.node('k8s-master01')
  t.doesNotThrow(() => checkSpec(spec))
  t.match(spec, {
    name: domainName(run.id, 'k8s-master01'),
    labId: run.id,
    node: 'k8s-master01',
    accel: 'tcg',
    cpus: 2,
    memoryMiB: 3072,
    consoleLog: at.console,
    mgmt: {
      forwards: [
        { hostPort: 22000, guestPort: 22 },
        { hostPort: 22100, guestPort: 6443 },
      ],
      internet: false,
    },
    l2: { socketDir: '/run/vde' },
  })
  t.same(spec.disks, [
    { path: at.disk, format: 'qcow2', target: 'vda', readonly: false },
    { path: at.seed, format: 'raw', target: 'vdb', readonly: true },
    { path: '/cache/bundle.iso', format: 'raw', target: 'vdc', readonly: true },
  ])
  t.end()
})

t.test('a worker has SSH only; plain machines have no third disk; no two cards share an address', (t) => {
  const run = makeRun(makeWorld(t), lab)
  const specs = lab.nodes.map((n) =>
    machineSpec(run, n, { boot, bundleIso: undefined, nics: cards(run, n.name, '/run/vde') }),
  )
  t.same(specs[1]!.mgmt.forwards, [{ hostPort: 22001, guestPort: 22 }])
  t.same(
    specs[1]!.disks.map((d) => d.target),
    ['vda', 'vdb'],
  )
  const macs = specs.flatMap((s) => [s.mgmt.mac, s.l2?.mac ?? ''])
  t.equal(new Set(macs).size, 8)
  t.equal(new Set(specs.map((s) => s.uuid)).size, 4)
  t.end()
})

t.test('internet is passed on', (t) => {
  const run = makeRun(makeWorld(t), labOf(fourNodes('network: { internet: true }\n')))
  t.equal(
    machineSpec(run, lab.nodes[0]!, { boot, bundleIso: undefined, nics: cards(run, lab.nodes[0]!.name) }).mgmt.internet,
    true,
  )
  t.end()
})

t.test('ports and keys that are not there are told with what to do', async (t) => {
  const run = makeRun(makeWorld(t), lab)
  t.throws(() => portsOf(run.record, 'other'), StateError)
  await t.rejects(guestAddress(run.paths, run.record, 'k8s-node01'), StateError)
  const keyed = makeRun(makeWorld(t), lab, { keys: true })
  t.same(await guestAddress(keyed.paths, keyed.record, 'k8s-node01'), {
    node: 'k8s-node01',
    host: '127.0.0.1',
    port: 22001,
    user: 'klab',
    privateKey: 'lab key',
    hostKey: 'ssh-ed25519 HOST-k8s-node01',
  })
})

t.test(
  'machineStep makes keys, overlay, seed and domain; again it changes nothing; a running machine is left alone',
  async (t) => {
    const world = makeWorld(t, { host: { 'qemu-img create': fakeQemuImg } })
    const run = makeRun(world, lab, { keys: true })
    const node = lab.nodes[1]!
    const step = machineStep(run, node)
    await t.rejects(step.run(context), { constructor: StateError, message: /node image/ }, 'no node image yet')
    await world.layers.build(await nodeImageKey(run), () => Promise.resolve())
    const at = run.paths.node(node.name)
    t.equal(await step.run(context), undefined)
    const create = world.commands.filter((c) => c.startsWith('qemu-img'))
    t.equal(create.length, 1)
    t.match(
      create[0],
      `-b ${join(world.roots.cache, 'layers', await nodeImageKey(run), 'disk.qcow2')} ${at.disk}.tmp 50G`,
    )
    t.match(world.seeds.get(at.seed)!['meta-data'], `local-hostname: ${node.name}`)
    const user = parse(world.seeds.get(at.seed)!['user-data']!) as { users: { ssh_authorized_keys: string[] }[] }
    t.same(user.users[0]!.ssh_authorized_keys, ['ssh-ed25519 LABKEY klab'])
    t.equal(world.hypervisor.specOf(domainName(run.id, node.name))?.node, node.name)
    t.same(world.l2Calls, [`ensure ${run.paths.run}`])

    world.seeds.clear()
    const key = readFileSync(at.hostKey, 'utf8')
    await step.run(context)
    t.equal(world.commands.filter((c) => c.startsWith('qemu-img')).length, 1, 'the disk stays')
    t.equal(world.seeds.size, 0, 'the seed stays')
    t.equal(readFileSync(at.hostKey, 'utf8'), key, 'so does the host key')

    await world.hypervisor.start(domainName(run.id, node.name))
    world.hypervisor.calls.length = 0
    t.equal(await step.run(context), 'already')
    t.same(world.hypervisor.calls, [])
  },
)
