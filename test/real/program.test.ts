/** The program of the documentation, on a lab of two mini guests that run. Their SSH answers from a script. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openLab } from '../../src/index.js'
import { systemClock } from '../../src/host/clock.js'
import { defaultUri } from '../../src/hypervisor/virsh.js'
import type { Doors } from '../../src/lab/doors.js'
import { writeRecord } from '../../src/state/record.js'
import { createFakeGuests } from '../fakes/guests.js'
import { runProgram } from '../fakes/program.js'
import { root } from '../fakes/world.js'
import { CLOCK } from '../snapshot/stage.js'
import { ensureSystemLibvirt, exec, uid, until, workDir } from './libvirt.js'
import { miniGuestDir } from './machines.js'
import { buildMiniGuest } from './mini-guest.js'
import { envOf, makeMini, openMini, shell, worldOf } from './seal-lab.js'

const uri = defaultUri(uid)
if (uid === 0) t.before(() => ensureSystemLibvirt(t))

t.test('docs/program.mjs: what was done after the save is undone', { timeout: 840_000 }, async (t) => {
  const dir = await workDir(t)
  const guests = createFakeGuests(t, ({ text }) =>
    text === 'sync' ? '' : text.includes('rtc0') ? CLOCK : text === 'uname' ? 'Linux\n' : undefined,
  )
  const world = { ...(await worldOf(dir, uri)), guests }
  const open = await openMini(dir, 'lab')
  const doors: Doors = {
    env: envOf(dir, join(dir, 'lab')),
    host: exec,
    clock: systemClock,
    assets: root,
    signal: world.signal,
    world: () => Promise.resolve(world),
    hypervisor: () => Promise.resolve(world.hypervisor),
    probeAccel: () => Promise.resolve({ accel: 'tcg', why: 'a test' }),
    background: () => Promise.resolve(),
  }
  t.teardown(async () => (await openLab({ doors })).destroy())
  const lab = await makeMini(world, open, await buildMiniGuest(exec, await miniGuestDir()))
  // The guests have no cloud-init: `up` finds a lab that it has finished.
  await writeRecord(open.paths.record, { ...lab.record, completedUntil: 'ready' })
  for (const node of ['a', 'b']) {
    const here = () => shell(lab, node, 'echo here').then((s) => s === 'here').catch(() => false) // prettier-ignore
    await until(here, `${node} to boot`, 120_000)
    await shell(lab, node, 'echo one >/word')
  }
  const work = async (): Promise<void> => {
    for (const node of ['a', 'b']) t.equal(await shell(lab, node, 'cat /word; echo two >/word'), 'one')
  }
  const said = await runProgram(t, dir, { ...doors, background: work })
  t.match(said, ['2 nodes are running', 'save: before', 'restore: before', /^back at before after \d/])
  for (const node of ['a', 'b']) t.equal(await shell(lab, node, 'cat /word'), 'one')

  const again = await openLab({ doors })
  t.match(await again.snapshots.list(), [{ name: 'before', current: true }])
  t.match(await again.exec('a', ['uname']), { stdout: 'Linux\n' })
  t.match(await again.halt({ force: true }), { state: 'stopped' })
  writeFileSync(join(dir, 'lab', 'Labfile'), 'name: [')
  t.match(await again.status(), { state: 'stopped' }, 'the record is enough to look')
})
