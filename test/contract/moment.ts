/** Freezing and thawing: the part of the hypervisor's contract that snapshots stand on. */
import { existsSync } from 'node:fs'
import { chmod, rm, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { CommandError, StateError } from '../../src/errors.js'
import type { UserMachineSpec } from '../../src/hypervisor/types.js'
import type { HypervisorFixture } from './hypervisor.js'

/** `machine` gives a spec whose machine is removed at the test's end. */
export async function momentContract(
  t: Test,
  world: HypervisorFixture,
  machine: (t: Test, node: string) => Promise<UserMachineSpec>,
): Promise<void> {
  const { hypervisor: h } = world
  await t.test('a moment: frozen, gone on from, and thawed as often as wanted', async (t) => {
    const spec = await machine(t, 'm')
    const dir = dirname(spec.consoleLog)
    const [first, memory] = [spec.disks[0]!.path, join(dir, 'one.mem')]
    await h.ensureMachine(spec)
    t.same(await h.disk(spec.name), { live: undefined, next: first })
    await t.rejects(h.pause(spec.name), StateError)
    await h.start(spec.name)
    await world.booted(spec)
    t.equal(await h.guestTime(spec.name), undefined, 'a guest without an agent')
    await world.write(spec, 'one')
    await t.rejects(h.freeze(spec.name, { memory, disk: join(dir, 'd1') }), StateError, 'a running one is refused')
    await h.pause(spec.name)
    await h.pause(spec.name)
    t.same(await h.disk(spec.name), { live: first, next: first })

    await t.rejects(h.freeze(spec.name, { memory: join(dir, 'no.mem'), disk: join(dir, 'no/where') }), CommandError)
    t.same(await h.disk(spec.name), { live: first, next: first }, 'a failed freeze changes nothing')
    t.notOk(existsSync(join(dir, 'no.mem')), 'and leaves nothing')
    await h.resume([spec.name])
    await h.pause(spec.name)

    await h.freeze(spec.name, { memory, disk: join(dir, 'd1') })
    t.equal(await h.state(spec.name), 'paused')
    t.same(await h.disk(spec.name), { live: join(dir, 'd1'), next: join(dir, 'd1') })
    for (const file of [first, memory]) await chmod(file, 0o400)
    await h.resume([spec.name])
    await h.resume([spec.name])
    t.same(await world.read(spec), { ram: 'one', disk: 'one' })
    await world.write(spec, 'two')
    await h.ensureMachine(spec)
    t.equal(await h.state(spec.name), 'running', 'another overlay is the same machine')
    await h.stop(spec.name, 0)

    for (const disk of ['d2', 'd3']) {
      await world.overlay(join(dir, disk), first)
      await h.thaw(spec.name, { memory, disk: join(dir, disk) }, spec.mgmt.forwards)
      t.equal(await h.state(spec.name), 'paused')
      t.same(await h.disk(spec.name), { live: join(dir, disk), next: join(dir, disk) })
      await h.resume([spec.name])
      t.same(await world.read(spec), { ram: 'one', disk: 'one' }, disk)
      await world.write(spec, disk)
      await h.stop(spec.name, 0)
    }
    await h.start(spec.name)
    await world.booted(spec)
    t.same(await world.read(spec), { ram: '', disk: 'd3' }, 'cold, from the last disk')
    await h.pause(spec.name)
    await h.freeze(spec.name, { memory: join(dir, 'two.mem'), disk: join(dir, 'd4') })
    await h.resume([spec.name])
    // d4 stands on d3, and that on the first.
    await h.shortenDisk(spec.name, first)
    await rm(join(dir, 'd3'))
    t.same(await world.read(spec), { ram: '', disk: 'd3' }, 'what lay between is no longer needed')
    await h.stop(spec.name, 0)

    await world.overlay(join(dir, 'd5'), first)
    await chmod(memory, 0o600)
    await truncate(memory, 20)
    await t.rejects(
      h.thaw(spec.name, { memory, disk: join(dir, 'd5') }, spec.mgmt.forwards),
      CommandError,
      'a broken memory file',
    )
    t.match(await h.state(spec.name), /shut-off|crashed/)
    await h.useDisk(spec.name, join(dir, 'd5'))
    t.same(await h.disk(spec.name), { live: undefined, next: join(dir, 'd5') })
    await h.abortJob(spec.name)
    await h.removeMachine(spec.name)
  })
}
