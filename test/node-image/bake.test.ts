import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bakeNodeImage, nodeImageKey } from '../../src/node-image/bake.js'
import { nodeImageSteps } from '../../src/phases/node-image.js'
import { domainName } from '../../src/node/names.js'
import { fakeQemuImg, fourNodes, labOf, makeRun, makeWorld, type RunChoice } from '../fakes/world.js'

const GOOD = '{"v1":{"errors":[]}}'

function stage(t: Test, labfile = fourNodes(), choice: RunChoice = {}) {
  const world = makeWorld(t, { host: { 'qemu-img create': fakeQemuImg } })
  const run = makeRun(world, labOf(labfile), choice)
  world.guests.answers.push(({ text }) =>
    text.includes('result.json') ? GOOD : /^sudo -n bash \/usr\/lib\/klab\/(run|clean)\.sh/.test(text) ? '' : undefined,
  )
  const lines: string[] = []
  return {
    world,
    run,
    name: domainName(run.id, 'bake'),
    lines,
    bake: async () => bakeNodeImage(run, await nodeImageKey(run), (l) => lines.push(l)),
  }
}

t.test('boots one machine, does the baked phases in order, cleans, stops, and keeps the disk alone', async (t) => {
  const { world, bake, name, lines, run } = stage(t)
  let spec: ReturnType<typeof world.hypervisor.specOf>
  world.hypervisor.onCall = (verb) => {
    if (verb === 'start') spec = world.hypervisor.specOf(name)
  }
  const dir = await bake()
  t.equal(dir, join(world.roots.cache, 'layers', await nodeImageKey(run)))
  t.same(readdirSync(dir), ['disk.qcow2'], 'neither seed (it holds a private key) nor console')
  t.same(
    lines.filter((l) => ['boot', 'system', 'runtime', 'packages', 'images', 'clean'].includes(l)),
    ['boot', 'system', 'runtime', 'packages', 'images', 'clean'],
  )
  t.same(world.guests.calls.map((c) => /klab\/(\w+)\.sh ?(\S*)/.exec(c.text)?.slice(1).join(' ')).filter(Boolean), [
    'run system',
    'run runtime-docker',
    'run packages',
    'run images',
    'clean ',
  ])
  t.same(
    world.hypervisor.calls.map((c) => c.split(' ')[0]),
    ['remove', 'ensure', 'start', 'stop', 'remove'],
  )
  t.equal(await world.hypervisor.state(name), 'absent')
  t.equal(spec?.l2, undefined, 'it is not on the lab’s segment')
  t.same(
    spec!.disks.map((d) => d.target),
    ['vda', 'vdb', 'vdc'],
  )
  t.same(
    spec!.mgmt!.forwards.map((f) => f.guestPort),
    [22],
  )
})

for (const [what, hurt] of Object.entries({
  'a phase fails': (s: ReturnType<typeof stage>) =>
    s.world.guests.answers.unshift(({ text }) => (text.includes('run.sh packages') ? new Error('boom') : undefined)),
  'it does not boot': (s: ReturnType<typeof stage>) => {
    s.world.guests.onConnect = () => {
      throw new Error('boom')
    }
  },
  'it does not start': (s: ReturnType<typeof stage>) => {
    s.world.hypervisor.onCall = (verb) => {
      if (verb === 'start') throw new Error('boom')
    }
  },
  'cleaning fails': (s: ReturnType<typeof stage>) =>
    s.world.guests.answers.unshift(({ text }) => (text.includes('clean.sh') ? new Error('boom') : undefined)),
})) {
  t.test(`${what}: the machine goes, no layer and nothing half-made stays`, async (t) => {
    const s = stage(t)
    hurt(s)
    await t.rejects(s.bake(), /boom/)
    t.equal(await s.world.hypervisor.state(s.name), 'absent')
    t.equal(s.world.hypervisor.calls.at(-1), `remove ${s.name}`)
    t.equal(await s.world.layers.get(await nodeImageKey(s.run)), undefined)
    t.same(
      readdirSync(join(s.world.roots.cache, 'layers')).filter((n) => n.endsWith('.tmp')),
      [],
    )
  })
}

t.test('a machine that an earlier, killed bake left is removed first', async (t) => {
  const first = stage(t)
  first.world.hypervisor.onCall = (verb) => {
    // As after kill -9: the removal in `finally` never happened.
    if (verb === 'stop') throw new Error('killed')
  }
  await t.rejects(first.bake(), /killed/)
  first.world.hypervisor.onCall = () => undefined
  await first.bake()
  t.equal(await first.world.hypervisor.state(first.name), 'absent')
})

t.test('the step: done the first time, cached the second, without a machine', async (t) => {
  const s = stage(t)
  const [step] = nodeImageSteps(s.run)
  const context = { line: () => undefined, signal: s.world.signal }
  t.equal(await step!.run(context), 'done')
  s.world.hypervisor.calls.length = 0
  t.equal(await step!.run(context), 'cached')
  t.same(s.world.hypervisor.calls, [])
})

t.test('the key changes with base, phases, disk size and user, and with nothing of one node', async (t) => {
  const key = (labfile: string, choice: RunChoice = {}) => nodeImageKey(stage(t, labfile, choice).run)
  const base = await key(fourNodes())
  t.equal(await key(fourNodes()), base)
  t.equal(await key(fourNodes().replace('name: course', 'name: other')), base, 'labs share it')
  t.equal(await key(fourNodes().replace('192.168.31.64', '192.168.31.99')), base)
  t.equal(await key(fourNodes(), { accel: 'kvm' }), base)
  const others = [
    await key(fourNodes('os: { user: anna }\n')),
    await key(fourNodes('kubernetes: false\n')),
    await key(fourNodes(), { until: 'runtime' }),
    await key(fourNodes().replace('ip: 192.168.31.64', 'ip: 192.168.31.64, disk: 20GiB')),
  ]
  t.equal(new Set([base, ...others]).size, 5)
})

t.test('the image is as large as the smallest disk, the machine at least 2 cpus and 2 GiB', async (t) => {
  const s = stage(
    t,
    'name: vms\nkubernetes: false\nnodes:\n' +
      '  - { name: a, ip: 192.168.31.71, cpus: 1, memory: 256MiB, disk: 10GiB }\n' +
      '  - { name: b, ip: 192.168.31.72, cpus: 1, memory: 256MiB, disk: 30GiB }\n',
  )
  let seen: unknown
  s.world.hypervisor.onCall = (verb) => {
    if (verb === 'start') seen = s.world.hypervisor.specOf(s.name)
  }
  await s.bake()
  t.match(
    s.world.commands.find((c) => c.startsWith('qemu-img create')),
    / 10G$/,
  )
  t.match(seen, { cpus: 2, memoryMiB: 2048 })
  t.equal((seen as { disks: unknown[] }).disks.length, 2, 'no bundle')
  t.notOk(existsSync(s.run.paths.node('bake').dir), 'nothing of it is left in the lab’s folder')
})
