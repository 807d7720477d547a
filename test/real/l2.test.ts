/** Two mini guests on the lab's own segment, who may enter it, and what the host listens on meanwhile. */
import { readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { CommandError, HostError } from '../../src/errors.js'
import { exists } from '../../src/host/files.js'
import { createL2Switch } from '../../src/hypervisor/l2-switch.js'
import { defaultUri } from '../../src/hypervisor/virsh.js'
import { end, ensureSystemLibvirt, exec, processes, qemuOf, uid, workDir } from './libvirt.js'
import { echoPort, l2Segment, realFixture, shellPort } from './machines.js'
import { guestShell, talk } from './mini-guest.js'

const uri = defaultUri(uid)
const switches = async (dir: string) =>
  (await processes()).filter((p) => p.argv[0] === 'vde_switch' && p.argv.some((a) => a.startsWith(dir)))
if (uid === 0) t.before(() => ensureSystemLibvirt(t))

t.test('two guests see each other, nobody else sees them', async (t) => {
  const world = await realFixture(t, uri)
  const { l2, run, socketDir } = await l2Segment(t, world, uri)
  const ips = ['192.168.31.61', '192.168.31.62'] as const
  const specs = await Promise.all(
    ips.map(async (ip, i) => {
      const spec = await world.spec(`n${i}`)
      return world.withL2({ ...spec, mgmt: { ...spec.mgmt, internet: i === 1 } }, socketDir, `${ip}/24`)
    }),
  )
  await Promise.all(specs.map((s) => world.hypervisor.ensureMachine(s)))
  await Promise.all(specs.map((s) => world.hypervisor.start(s.name)))
  await Promise.all(specs.map((s) => world.booted(s)))

  t.match(await guestShell(shellPort(specs[0]!), `ping -c 2 -w 20 ${ips[1]}`), /\b2 packets received/)
  t.match(await guestShell(shellPort(specs[1]!), `echo over-l2 | nc -w 5 ${ips[0]} 7`), /over-l2/)
  t.match(await talk(echoPort(specs[0]!), 'through slirp\n', /through slirp/), /through slirp/)

  // 10.0.2.2 is the host's loopback as a guest sees it: the second machine, which may use the internet, proves that the
  // listener is there.
  const listener = createServer((socket) => socket.end('REACHED\n'))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  t.teardown(() => listener.close())
  const knock = `nc -w 5 10.0.2.2 ${(listener.address() as AddressInfo).port}`
  t.notMatch(await guestShell(shellPort(specs[0]!), knock), /REACHED/, 'restrict=on: no way to the host')
  t.match(await guestShell(shellPort(specs[1]!), knock), /REACHED/, 'restrict=off')

  t.match(readFileSync(specs[0]!.consoleLog, 'utf8'), /mini guest ready/)

  const pids = (await Promise.all(specs.map((s) => qemuOf(s.name)))).map((p) => p!.pid)
  const ss = (await exec.run(['ss', '-Hlntup'])).stdout
    .split('\n')
    .filter((l) => pids.some((pid) => l.includes(`pid=${pid},`)))
  t.equal(ss.length, 4, 'the forwards of both')
  for (const line of ss) t.match(line, /\s127\.0\.0\.1:\d+\s/)

  t.equal(statSync(socketDir).mode & 0o777, 0o700)
  if (uid === 0) {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
    t.not(
      (await exec.run([...nobody, 'ls', socketDir], { allowFailure: true })).exitCode,
      0,
      'another user may not enter',
    )
    t.not(
      (await exec.run([...nobody, 'test', '-w', join(socketDir, 'ctl')], { allowFailure: true })).exitCode,
      0,
      'nor connect',
    )
  }
  for (const s of specs) await world.hypervisor.removeMachine(s.name)
  await l2.remove(run)
  t.same(await world.leftovers(), [])
  t.same(await switches(world.dir), [])
  t.notOk(await exists(run))
})

t.test('without its switch a machine does not start', async (t) => {
  const world = await realFixture(t, uri)
  const spec = world.withL2(await world.spec('alone'), join(world.dir, 'no-switch'), '192.168.31.61/24')
  await world.hypervisor.ensureMachine(spec)
  await t.rejects(world.hypervisor.start(spec.name), CommandError)
  t.equal(await world.hypervisor.state(spec.name), 'shut-off')
})

t.test('the switch: one a folder, ended by identity only', async (t) => {
  const dir = await workDir(t)
  const l2 = createL2Switch({ exec })
  const [a, b] = [join(dir, 'a'), join(dir, 'b')]
  for (const run of [a, b]) {
    await mkdir(run)
    t.teardown(() => l2.remove(run))
  }
  await Promise.all([l2.ensure(a), l2.ensure(b)])
  await l2.ensure(a)
  t.equal((await switches(dir)).length, 2)

  await end((await switches(a))[0]!.pid, 'SIGKILL')
  t.notOk(await l2.running(a))
  await l2.ensure(a)
  t.ok(await l2.running(a), 'starts over what a killed one left')

  const bystander = await exec.spawnDetached(['sleep', '60'])
  t.teardown(() => end(bystander, 'SIGKILL'))
  const ours = (await switches(a))[0]!.pid
  await writeFile(join(a, 'l2.pid'), `${bystander}\n`)
  t.notOk(await l2.running(a), 'a pid of something else is no switch')
  await l2.remove(a)
  t.ok(
    (await processes()).some((p) => p.pid === bystander),
    'the bystander lives',
  )
  await end(ours, 'SIGTERM')

  t.ok(await l2.running(b))
  await l2.remove(b)
  await l2.remove(b)
  t.same(await switches(dir), [])
  t.notOk(await exists(b))

  const long = await l2.ensure(join(dir, 'x'.repeat(100))).catch((e: unknown) => e)
  t.type(long, HostError)
  t.match(long, { message: /too long for a unix socket/, hint: /KLAB_RUN_DIR/ })
})
