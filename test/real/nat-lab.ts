/**
 * Labs in NAT mode for the tests in a namespace: klab itself as a process, and mini guests that take their lease by
 * DHCP.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { domainName, machineUuid } from '../../src/node/names.js'
import { segmentOf } from '../../src/network/segment.js'
import type { LockedLab } from '../../src/snapshot/types.js'
import { writeRecord } from '../../src/state/record.js'
import { main } from '../cli/klab.js'
import { labOf } from '../fakes/world.js'
import { exec, workDir } from './libvirt.js'
import { miniGuestDir } from './machines.js'
import { buildMiniGuest, ECHO_PORT, guestShell, miniCmdline, SHELL_PORT, untilUp } from './mini-guest.js'
import { openMiniLab, pathsOf } from './snapshot-lab.js'

export const labfile = (name: string, internet = false): string => `name: ${name}
hypervisor: { accel: tcg }
network: { mode: nat, internet: ${internet} }
kubernetes: false
nodes:
  - { name: a, ip: 192.168.31.61, cpus: 1, memory: 256MiB, disk: 2GiB }
  - { name: b, ip: 192.168.31.62, cpus: 1, memory: 256MiB, disk: 2GiB }
`

export interface Klab {
  readonly dir: string
  start(...argv: string[]): {
    child: ChildProcess
    ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  }
  run(...argv: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** klab in a folder with a Labfile, and with state of its own. */
export async function natKlab(t: Test, name: string): Promise<Klab> {
  const dir = await workDir(t)
  await writeFile(join(dir, 'Labfile'), labfile(name))
  const env = {
    ...process.env,
    KLAB_STATE_DIR: join(dir, 's'),
    KLAB_CACHE_DIR: join(dir, 'c'),
    KLAB_RUN_DIR: join(dir, 'r'),
  }
  const start = (...argv: string[]) => {
    const child = spawn(process.execPath, [main, ...argv], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (s: string) => (stdout += s))
    child.stderr.setEncoding('utf8').on('data', (s: string) => (stderr += s))
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })) }
  }
  return { dir, start, run: (...argv) => start(...argv).ended }
}

export interface NatLab {
  open(): Promise<LockedLab>
  readonly ips: readonly string[]
  /** Runs a line in each guest, at its own address; what each printed. */
  shell(line: string): Promise<readonly string[]>
}

/** Mini guests of a lab in NAT mode, up; they go with the test, and so does the network. */
export async function natLab(t: Test, name: string, internet = false): Promise<NatLab> {
  const dir = await workDir(t)
  const d = { uri: 'qemu:///system', id: `${name}-00c0ffee`, state: join(dir, 'state') }
  const paths = pathsOf(d)
  const lab = labOf(labfile(name, internet))
  await mkdir(join(paths.dir, 'nodes'), { recursive: true })
  const base = {
    version: 1,
    id: d.id,
    name,
    labfile: '/nowhere',
    labfileSha256: '0',
    uri: d.uri,
    accel: 'tcg',
    createdAt: '',
  } as const
  await writeRecord(paths.record, { ...base, lab, ports: {} })
  const locked = await openMiniLab(d)
  const { hypervisor } = locked.world
  t.teardown(async () => {
    for (const m of await hypervisor.owned(d.id)) await hypervisor.removeMachine(m.name)
    for (const n of await hypervisor.networks()) if (n.mark?.labId === d.id) await hypervisor.removeNetwork(n.name)
  })
  const guest = await buildMiniGuest(exec, await miniGuestDir())
  const nicsOf = await segmentOf(locked).ensure()
  for (const n of lab.nodes) {
    const files = paths.node(n.name)
    await mkdir(files.dir, { recursive: true })
    await exec.run(['qemu-img', 'create', '-q', '-f', 'qcow2', files.disk, '16M'])
    await hypervisor.ensureMachine({
      name: domainName(d.id, n.name),
      uuid: machineUuid(d.id, n.name),
      labId: d.id,
      node: n.name,
      accel: 'tcg',
      cpus: 1,
      memoryMiB: 128,
      boot: { kind: 'direct', ...guest, cmdline: miniCmdline('dhcp') },
      disks: [{ path: files.disk, format: 'qcow2', target: 'vda', readonly: false }],
      consoleLog: files.console,
      ...nicsOf(n.name),
    })
  }
  // QEMU's own user must pass.
  for (const at of [
    d.state,
    join(d.state, 'labs'),
    paths.dir,
    join(paths.dir, 'nodes'),
    ...lab.nodes.map((n) => paths.node(n.name).dir),
  ])
    await chmod(at, 0o711)
  for (const n of lab.nodes) await hypervisor.start(domainName(d.id, n.name))
  const ips = lab.nodes.map((n) => n.ip)
  await Promise.all(ips.map((ip) => untilUp(ECHO_PORT, 90_000, ip)))
  return {
    ips,
    open: () => openMiniLab(d),
    shell: (line) => Promise.all(ips.map((ip) => guestShell(SHELL_PORT, line, 20_000, ip))),
  }
}
