import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { afterLogOut, lingerCheck } from '../../src/doctor/linger.js'
import { makeWorld } from '../fakes/world.js'

t.test('a user who does not linger is warned; root, and hosts without logind, are not', async (t) => {
  const world = makeWorld(t, { uid: 1000 })
  const host = join(world.dir, 'host')
  const session = { ...world, hypervisor: { ...world.hypervisor, uri: 'qemu:///session' } }
  t.same(await lingerCheck(session, host), [], 'no logind')
  mkdirSync(join(host, 'run/systemd/seats'), { recursive: true })
  t.match(await lingerCheck(session, host), [{ state: 'warn', fix: 'sudo loginctl enable-linger tester' }])
  t.same(await lingerCheck({ ...session, env: { ...world.env, uid: 0 } }, host), [])
  t.same(await lingerCheck(world, host), [], 'a system daemon, and a run folder of its own')
  const env = { ...world.env, env: { XDG_RUNTIME_DIR: world.dir } }
  t.match(await lingerCheck({ ...world, env }, host), [{ state: 'warn' }], 'but not when the switch lies in /run/user')
  mkdirSync(join(host, 'var/lib/systemd/linger'), { recursive: true })
  writeFileSync(join(host, 'var/lib/systemd/linger/tester'), '')
  t.match(await lingerCheck(session, host), [{ state: 'ok' }])
})

t.test(
  'a lab that is off, and its run folder gone: a log-out may have ended it, unless the user lingers',
  async (t) => {
    const world = makeWorld(t, { uid: 1000 })
    const host = join(world.dir, 'host')
    const session = { ...world, hypervisor: { ...world.hypervisor, uri: 'qemu:///session' } }
    const runDir = join(world.dir, 'run/lab')
    mkdirSync(join(host, 'run/systemd/seats'), { recursive: true })
    t.equal(await afterLogOut(session, runDir, host), 'sudo loginctl enable-linger tester')
    t.equal(await afterLogOut({ ...session, env: { ...world.env, uid: 0 } }, runDir, host), null, 'root')
    mkdirSync(runDir, { recursive: true })
    t.equal(await afterLogOut(session, runDir, host), null, 'halted: the folder is there')
    rmSync(runDir, { recursive: true })
    mkdirSync(join(host, 'var/lib/systemd/linger'), { recursive: true })
    writeFileSync(join(host, 'var/lib/systemd/linger/tester'), '')
    t.equal(await afterLogOut(session, runDir, host), null, 'the user lingers: a reboot, perhaps')
  },
)
