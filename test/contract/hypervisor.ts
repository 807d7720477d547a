/**
 * What every Hypervisor must do; run on the fake always (test/hypervisor/fake.test.ts) and on real libvirt
 * (test/real/hypervisor.test.ts).
 */
import type { Test } from 'tap'
import { StateError } from '../../src/errors.js'
import { specDigest } from '../../src/hypervisor/spec.js'
import type { Hypervisor, UserMachineSpec } from '../../src/hypervisor/types.js'
import { isPortBusy } from '../../src/hypervisor/virsh.js'
import { momentContract } from './moment.js'

/** A world to try a Hypervisor in. Names and ports are its own, so that it can stand beside others. */
export interface HypervisorFixture {
  readonly hypervisor: Hypervisor
  readonly labId: string
  /** A machine that can boot, with one forwarded port. */
  spec(node: string): Promise<UserMachineSpec>
  /** Resolves when the guest has booted so far that it hears the power button. */
  booted(spec: UserMachineSpec): Promise<void>
  kill(name: string): Promise<void>
  /** Empty overlay of a disk. */
  overlay(path: string, backing: string): Promise<void>
  /** Leaves a word in a running guest's RAM and on its disk (spec.disks[0], which the fixture makes). */
  write(spec: UserMachineSpec, word: string): Promise<void>
  read(spec: UserMachineSpec): Promise<{ ram: string; disk: string }>
  /** Listens on a host port; resolves to what frees it. */
  occupy(port: number): Promise<() => Promise<void>>
  /** The machine's share of CPU time; undefined where the host has no such thing. */
  cpuShares(name: string): Promise<number | undefined>
  /** Defines a domain without klab's metadata; resolves to what removes it. */
  foreign(name: string): Promise<() => Promise<void>>
}

/** Runs the suite; each part leaves no machine behind. */
export async function hypervisorContract(t: Test, world: HypervisorFixture): Promise<void> {
  const { hypervisor: h, labId } = world
  const machine = async (t: Test, node: string): Promise<UserMachineSpec> => {
    const spec = await world.spec(node)
    t.teardown(() => h.removeMachine(spec.name))
    return spec
  }

  await t.test('a machine that is not there', async (t) => {
    t.equal(await h.state('klab-no-such'), 'absent')
    await t.rejects(h.start('klab-no-such'), StateError)
    await h.stop('klab-no-such', 1000)
    await h.removeMachine('klab-no-such')
    t.same(await h.owned(labId), [])
  })

  await t.test('usage: of what runs, memory and CPU time; of what is off or not there, nothing', async (t) => {
    const [on, off] = [await machine(t, 'on'), await machine(t, 'off')]
    for (const spec of [on, off]) await h.ensureMachine(spec)
    t.equal((await h.usage([on.name, off.name, 'klab-no-such'])).size, 0)
    await h.start(on.name)
    const used = await h.usage([on.name, off.name, 'klab-no-such'])
    t.same([...used.keys()], [on.name])
    t.ok((used.get(on.name)?.memoryBytes ?? 0) > 0)
    t.ok((used.get(on.name)?.cpuNs ?? 0) >= 0)
    await h.stop(on.name, 0)
  })

  await t.test('ensureMachine defines, is idempotent, and redefines what is off', async (t) => {
    const spec = await machine(t, 'a')
    await h.ensureMachine(spec)
    await h.ensureMachine(spec)
    t.match(
      (await h.list()).filter((m) => m.name === spec.name),
      [{ uuid: spec.uuid, state: 'shut-off' }],
    )
    const owned = {
      name: spec.name,
      uuid: spec.uuid,
      state: 'shut-off',
      labId,
      node: 'a',
      specDigest: specDigest(spec),
    }
    t.same(await h.owned(labId), [owned])
    t.ok((await h.owned()).some((m) => m.name === spec.name))
    t.same(await h.owned(`${labId}x`), [])
    const larger = { ...spec, memoryMiB: spec.memoryMiB + 32 }
    await h.ensureMachine(larger)
    t.same(await h.owned(labId), [{ ...owned, specDigest: specDigest(larger) }])
    await h.removeMachine(spec.name)
    await h.removeMachine(spec.name)
    t.equal(await h.state(spec.name), 'absent')
  })

  await t.test(
    'a running machine: start and ensure are no-ops, another spec is refused, removal powers off',
    async (t) => {
      const spec = await machine(t, 'b')
      await h.ensureMachine(spec)
      await h.start(spec.name)
      t.equal(await h.state(spec.name), 'running')
      await h.start(spec.name)
      await h.ensureMachine(spec)
      const bounds = { internet: false, network: undefined }
      t.equal((await h.openings([spec.uuid], bounds)).size, 0, 'as klab made it, nothing is open')
      const error = await h.ensureMachine({ ...spec, cpus: 2 }).catch((e: unknown) => e)
      t.type(error, StateError)
      t.match(error, { hint: /klab halt/ })
      t.match(await h.owned(labId), [{ state: 'running', specDigest: specDigest(spec) }])
      await h.pause(spec.name)
      t.equal(await h.state(spec.name), 'paused')
      await h.start(spec.name)
      t.equal(await h.state(spec.name), 'running')
      await h.removeMachine(spec.name)
      t.equal(await h.state(spec.name), 'absent')
    },
  )

  await t.test('prefer never fails, whatever the host can do, and leaves the machine as it is', async (t) => {
    const spec = await machine(t, 'p')
    await h.prefer('klab-no-such')
    await h.ensureMachine(spec)
    await h.prefer(spec.name)
    t.equal(await h.state(spec.name), 'shut-off')
    await h.start(spec.name)
    const usual = await world.cpuShares(spec.name)
    await h.prefer(spec.name)
    await h.prefer(spec.name)
    t.equal(await h.state(spec.name), 'running')
    t.equal(await world.cpuShares(spec.name), usual && usual * 2, `of ${usual ?? 'no'} shares`)
    await h.removeMachine(spec.name)
  })

  await momentContract(t, world, machine)

  await t.test('stop: by the power button, or at once', async (t) => {
    const spec = await machine(t, 'c')
    await h.ensureMachine(spec)
    await h.start(spec.name)
    await world.booted(spec)
    const started = Date.now()
    await h.stop(spec.name, 60_000)
    t.equal(await h.state(spec.name), 'shut-off')
    t.ok(Date.now() - started < 50_000, 'did not use up its grace')
    await h.stop(spec.name, 60_000)
    await h.start(spec.name)
    await h.stop(spec.name, 0)
    t.equal(await h.state(spec.name), 'shut-off')
  })

  await t.test('a QEMU that died is crashed, and starts again', async (t) => {
    const spec = await machine(t, 'd')
    await h.ensureMachine(spec)
    await h.start(spec.name)
    await world.kill(spec.name)
    t.equal(await h.state(spec.name), 'crashed')
    t.match(await h.owned(labId), [{ state: 'crashed' }])
    await h.stop(spec.name, 1000)
    await h.start(spec.name)
    t.equal(await h.state(spec.name), 'running')
  })

  await t.test('a taken port is told apart from other failures', async (t) => {
    const spec = await machine(t, 'e')
    await h.ensureMachine(spec)
    const free = await world.occupy(spec.mgmt.forwards[0]!.hostPort)
    try {
      const error = await h.start(spec.name).catch((e: unknown) => e)
      t.ok(isPortBusy(error), 'isPortBusy', { error })
    } finally {
      await free()
    }
    t.equal(await h.state(spec.name), 'shut-off')
    t.notOk(isPortBusy(await h.start('klab-no-such').catch((e: unknown) => e)))
    await h.start(spec.name)
    t.equal(await h.state(spec.name), 'running')
  })

  await t.test("others' domains are seen, and left alone", async (t) => {
    const spec = await machine(t, 'f')
    await h.ensureMachine(spec)
    await t.rejects(h.ensureMachine({ ...spec, labId: `${labId}x` }), StateError, 'name of another lab')
    await t.rejects(h.ensureMachine({ ...spec, name: `${spec.name}2` }), StateError, 'UUID under another name')
    const foreign = `klab-foreign-${labId}`
    const drop = await world.foreign(foreign)
    try {
      t.ok((await h.list()).some((m) => m.name === foreign))
      t.notOk((await h.owned()).some((m) => m.name === foreign))
      await t.rejects(h.removeMachine(foreign), StateError)
      await t.rejects(h.ensureMachine({ ...spec, name: foreign }), StateError)
      t.equal(await h.state(foreign), 'shut-off')
    } finally {
      await drop()
    }
  })

  await t.test('bad values are refused before anything is made', async (t) => {
    const spec = await machine(t, 'g')
    const before = await h.list()
    const bad: Partial<UserMachineSpec>[] = [
      { name: '-rf' },
      { name: '$(id)' },
      { name: 'a b' },
      { uuid: 'x' },
      { cpus: 0 },
      { memoryMiB: 1.5 },
      { mgmt: { ...spec.mgmt, mac: '52:54:00:00:00:00,x=y' } },
      { mgmt: { ...spec.mgmt, forwards: [{ hostPort: 0, guestPort: 22 }] } },
      { l2: { mac: '52:54:00:00:00:01', socketDir: '/tmp/a,port=1' } },
      { boot: { kind: 'direct', kernel: '/k', initrd: '/i', cmdline: 'a\nb' } },
    ]
    for (const part of bad) await t.rejects(h.ensureMachine({ ...spec, ...part }), StateError, JSON.stringify(part))
    t.same(await h.list(), before)
  })

  await t.test('side by side', async (t) => {
    const specs = await Promise.all(['h', 'i', 'j'].map((node) => machine(t, node)))
    await Promise.all(specs.map((s) => h.ensureMachine(s)))
    await Promise.all(specs.map((s) => h.start(s.name)))
    t.same((await h.owned(labId)).map((m) => [m.node, m.state]).sort(), [
      ['h', 'running'],
      ['i', 'running'],
      ['j', 'running'],
    ])
    await Promise.all(specs.map((s) => h.removeMachine(s.name)))
    t.same(await h.owned(labId), [])
  })
}
