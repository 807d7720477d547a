/** Mini guest machines on real libvirt, for the contract suite and the network tests. */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createL2Switch } from '../../src/hypervisor/l2-switch.js'
import { createVirshHypervisor, hostSecurity } from '../../src/hypervisor/virsh.js'
import type { UserMachineSpec } from '../../src/hypervisor/types.js'
import { roots } from '../../src/state/paths.js'
import type { HypervisorFixture } from '../contract/hypervisor.js'
import { end, exec, freePorts, processes, host, qemuOf, tempUser, until, workDir, type TempUser } from './libvirt.js'
import { ECHO_PORT, SHELL_PORT, buildMiniGuest, guestShell, miniCmdline, untilUp } from './mini-guest.js'

export const echoPort = (spec: UserMachineSpec): number =>
  spec.mgmt.forwards.find((f) => f.guestPort === ECHO_PORT)!.hostPort
export const shellPort = (spec: UserMachineSpec): number =>
  spec.mgmt.forwards.find((f) => f.guestPort === SHELL_PORT)!.hostPort

export interface RealFixture extends HypervisorFixture {
  readonly dir: string
  /** Domains and QEMU processes of this lab that are still there. */
  leftovers(): Promise<string[]>
  /** `spec` with a second NIC on the switch of `socketDir`. */
  withL2(spec: UserMachineSpec, socketDir: string, ip: string): UserMachineSpec
}

/** Where the mini guest is kept: klab's own cache, which QEMU's user can reach; a temporary user is handed root's. */
export async function miniGuestDir(): Promise<string> {
  const given = process.env['KLAB_TEST_MINI_GUEST']
  if (given !== undefined) return given
  const { cache, dirMode } = roots({ ...host, env: process.env })
  await mkdir(cache, { recursive: true })
  await chmod(cache, dirMode)
  return join(cache, 'test-mini-guest')
}

/** Runs a test file again as an ordinary user, who lives as long as the test. */
export async function againAsUser(t: Test, file: string): Promise<TempUser> {
  const user = await tempUser(t)
  const readable = await exec.run(user.as(['test', '-r', file]), { allowFailure: true })
  if (readable.exitCode !== 0) {
    t.pass('session mode', { skip: `an ordinary user cannot read ${file}` })
    return user
  }
  // tap's processinfo writes into the project, which is not this user's.
  const node = [process.execPath, ...process.execArgv.filter((arg) => !arg.includes('processinfo'))]
  const [command, ...args] = user.as([`KLAB_TEST_MINI_GUEST=${await miniGuestDir()}`, ...node, file])
  await t.spawn(command!, args, { name: 'this file again, as that user' })
  return user
}

/** A segment for the guests of a fixture, gone with the test. */
export async function l2Segment(t: Test, world: Pick<RealFixture, 'dir'>, uri: string) {
  const { qemuUser } = await hostSecurity(exec, uri)
  const l2 = createL2Switch({ exec, qemuUser })
  const run = join(world.dir, 'run')
  await mkdir(run, { mode: 0o711 })
  t.teardown(() => l2.remove(run))
  return { l2, run, ...(await l2.ensure(run)) }
}

/** A lab of mini guests at `uri`. */
export async function realFixture(t: Test, uri: string): Promise<RealFixture> {
  const dir = await workDir(t)
  const labId = `t${randomBytes(4).toString('hex')}`
  const hypervisor = createVirshHypervisor({ exec, uri })
  t.teardown(async () => {
    for (const m of await hypervisor.owned(labId)) await hypervisor.removeMachine(m.name)
  })
  const guest = await buildMiniGuest(exec, await miniGuestDir())
  const mac = (): string => `52:54:00:${randomBytes(3).toString('hex').match(/../g)!.join(':')}`

  return {
    dir,
    hypervisor,
    labId,
    spec: async (node) => {
      const [echo, shell] = (await freePorts(2)) as [number, number]
      const nodeDir = join(dir, node)
      await mkdir(nodeDir, { recursive: true })
      const disk = join(nodeDir, 'disk.qcow2')
      await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '16M'])
      const forwards = [
        { hostPort: echo, guestPort: ECHO_PORT },
        { hostPort: shell, guestPort: SHELL_PORT },
      ]
      return {
        name: `klab-${labId}-${node}`,
        uuid: randomUUID(),
        labId,
        node,
        accel: 'tcg',
        cpus: 1,
        memoryMiB: 128,
        boot: { kind: 'direct', ...guest, cmdline: miniCmdline() },
        disks: [{ path: disk, format: 'qcow2', target: 'vda', readonly: false }],
        consoleLog: join(nodeDir, 'console.log'),
        mgmt: { mac: mac(), forwards, internet: false },
      }
    },
    withL2: (spec, socketDir, ip) => ({
      ...spec,
      boot: { kind: 'direct', ...guest, cmdline: miniCmdline(ip) },
      l2: { mac: mac(), socketDir },
    }),
    leftovers: async () => {
      const qemus = (await processes()).filter((p) => p.argv.some((a) => a.startsWith(`guest=klab-${labId}-`)))
      return [...(await hypervisor.owned(labId)).map((m) => m.name), ...qemus.map((p) => `pid ${p.pid}`)]
    },
    booted: (spec) => untilUp(echoPort(spec)),
    kill: async (name) => {
      const qemu = await qemuOf(name)
      if (!qemu) throw new Error(`no QEMU of ${name}`)
      await end(qemu.pid, 'SIGKILL')
      await until(async () => (await hypervisor.state(name)) !== 'running', 'libvirt to notice')
    },
    overlay: async (path, backing) => {
      await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, path])
    },
    write: async (spec, word) => {
      await guestShell(shellPort(spec), `echo ${word} >/word; dd if=/word of=/dev/vda conv=fsync 2>/dev/null`)
    },
    read: async (spec) => {
      // Past the page cache: what the disk holds, not what the guest remembers of it.
      const said = await guestShell(
        shellPort(spec),
        'echo "$(cat /word 2>/dev/null)/$(dd if=/dev/vda bs=512 count=1 iflag=direct 2>/dev/null | ' +
          'head -n 1 | tr -d "\\000")"',
      )
      const [ram = '', disk = ''] = said.trim().split('/')
      return { ram, disk }
    },
    cpuShares: async (name) => {
      const { stdout } = await exec.run(['virsh', '-q', '-c', uri, 'schedinfo', name], { allowFailure: true })
      const shares = Number(/cpu_shares\s*: (\d+)/.exec(stdout)?.[1])
      return shares > 0 ? shares : undefined
    },
    occupy: async (port) => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      return () => new Promise((resolve) => server.close(() => resolve()))
    },
    foreign: async (name) => {
      const file = join(dir, 'foreign.xml')
      await writeFile(
        file,
        `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>`,
      )
      await exec.run(['virsh', '-q', '-c', uri, 'define', file])
      return async () => {
        await exec.run(['virsh', '-q', '-c', uri, 'undefine', name])
      }
    },
  }
}
