/**
 * Snapshots of two mini guests on real libvirt: what comes back, and what is left when klab or a QEMU is killed, or the
 * disk is full.
 */
import t from 'tap'
import { defaultUri } from '../../src/hypervisor/virsh.js'
import type { Moment } from '../../src/hypervisor/types.js'
import { listManifests } from '../../src/snapshot/manifest.js'
import { recover } from '../../src/snapshot/recover.js'
import { remove } from '../../src/snapshot/remove.js'
import { restore } from '../../src/snapshot/restore.js'
import { save } from '../../src/snapshot/save.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { end, ensureSystemLibvirt, exec, qemuOf, uid } from './libvirt.js'
import { both, killed, miniLab, tidy } from './mini-lab.js'

const uri = defaultUri(uid)
if (uid === 0) t.before(() => ensureSystemLibvirt(t))

t.test('RAM and disks of both come back, again and again, from anywhere in the tree', async (t) => {
  const m = await miniLab(t, uri)
  const lab = await m.lab()
  await m.write('one')
  const one = await save(lab, { name: 'one', kind: 'manual' })
  t.strictSame(await m.read(), both('one'), 'they go on')
  await m.write('two')
  const two = await save(lab, { name: 'two', kind: 'manual' })
  await m.write('lost')
  for (const [snapshot, word] of [
    [one, 'one'],
    [two, 'two'],
    [one, 'one'],
  ] as const) {
    await restore(lab, snapshot)
    t.strictSame(await m.read(), both(word))
    await m.write('more')
  }
  const side = await save(lab, { name: 'side', kind: 'manual' })
  await remove(lab, one)
  for (const [snapshot, word] of [
    [two, 'two'],
    [side, 'more'],
  ] as const) {
    await restore(lab, snapshot)
    t.strictSame(await m.read(), both(word), 'although their parent is gone')
  }
  for (const spec of m.specs) await m.world.hypervisor.stop(spec.name, 0)
  const cold = await save(lab, { name: 'cold', kind: 'manual' })
  for (const spec of m.specs) await m.world.hypervisor.start(spec.name)
  await Promise.all(m.specs.map((s) => m.world.booted(s)))
  t.strictSame(await m.read(), ['/more', '/more'])
  await m.write('late')
  await restore(lab, cold)
  for (const spec of m.specs) await m.world.hypervisor.start(spec.name)
  await Promise.all(m.specs.map((s) => m.world.booted(s)))
  t.strictSame(await m.read(), ['/more', '/more'], 'halted, and cold again')
  for (const left of await listManifests(lab.paths)) await remove(lab, left)
  tidy(t, lab)
})

t.test('klab killed while it saves: whole or not there', async (t) => {
  const m = await miniLab(t, uri)
  await m.write('now')
  const ends = { finished: 0, undone: 0 }
  for (let ms = 0, i = 0; i < 14; i++, ms += 200) {
    const name = `s${i}`
    const whole = await killed(m, ms, 'save', name)
    const lab = await m.lab()
    const said = await recover(lab)
    t.strictSame(await m.read(), both('now'), `${ms} ms: ${said ?? 'nothing to recover'}`)
    tidy(t, lab)
    const there = (await listManifests(lab.paths)).some((s) => s.name === name)
    if (whole) t.ok(there)
    ends[there ? 'finished' : 'undone'] += 1
    if (there) {
      await m.write('other')
      const again = await m.lab()
      await restore(
        again,
        (await listManifests(again.paths)).find((s) => s.name === name)!,
      )
      t.strictSame(await m.read(), both('now'), 'and it can be restored')
    }
  }
  t.comment(JSON.stringify(ends))
})

t.test('klab killed while it restores: all as before, or all as in the snapshot', async (t) => {
  const m = await miniLab(t, uri)
  await m.write('saved')
  await save(await m.lab(), { name: 'saved', kind: 'manual' })
  const ends: Record<string, number> = {}
  for (let ms = 0, i = 0; i < 12; i++, ms += 60) {
    await m.write('now')
    await killed(m, ms, 'restore', 'saved')
    const lab = await m.lab()
    const said = await recover(lab)
    const states = await m.read()
    t.ok(
      states.join() === both('now').join() || states.join() === both('saved').join(),
      `${ms} ms: ${states.join()}: ${said ?? 'nothing to recover'}`,
    )
    tidy(t, lab)
    ends[states[0]!] = (ends[states[0]!] ?? 0) + 1
  }
  t.comment(JSON.stringify(ends))
})

t.test('a QEMU killed while the lab is saved: no snapshot, the other goes on', async (t) => {
  const m = await miniLab(t, uri)
  await m.write('now')
  const lab = await m.lab()
  const qemu = await qemuOf(m.specs[1]!.name)
  const { hypervisor } = lab.world
  const freeze = (name: string, to: Moment): Promise<void> => hypervisor.freeze(name, to)
  // As soon as both stand still.
  const deadly: LockedLab['world'] = {
    ...lab.world,
    hypervisor: {
      ...hypervisor,
      freeze: async (name, to) => {
        if (name === m.specs[1]!.name) await end(qemu!.pid, 'SIGKILL')
        return freeze(name, to)
      },
    },
  }
  await t.rejects(save({ ...lab, world: deadly }, { name: 'x', kind: 'manual', live: false }))
  t.match(await m.world.hypervisor.state(m.specs[1]!.name), /crashed|shut-off/)
  t.same(await m.world.read(m.specs[0]!), { ram: 'now', disk: 'now' })
  tidy(t, lab)
  t.strictSame(await listManifests(lab.paths), [])
  await m.world.hypervisor.start(m.specs[1]!.name)
  await m.world.booted(m.specs[1]!)
  t.same(await m.world.read(m.specs[1]!), { ram: '', disk: 'now' })
})

t.test(
  'a full disk: no snapshot, nothing left, both go on; with room again it works',
  { skip: uid === 0 ? false : 'needs root to mount' },
  async (t) => {
    const m = await miniLab(t, uri)
    await m.write('now')
    const lab = await m.lab()
    await exec.run(['mount', '-t', 'tmpfs', '-o', 'size=4M,mode=711', 'tmpfs', lab.paths.snapshots])
    const free = async () => {
      await exec.run(['umount', lab.paths.snapshots], { allowFailure: true })
    }
    t.teardown(free)
    await t.rejects(save(lab, { name: 'full', kind: 'manual' }), { message: /space|No space|ENOSPC|enospace/i })
    t.strictSame(await m.read(), both('now'))
    tidy(t, lab)
    await free()
    const ok = await save(lab, { name: 'ok', kind: 'manual' })
    await m.write('other')
    await restore(lab, ok)
    t.strictSame(await m.read(), both('now'))
  },
)
