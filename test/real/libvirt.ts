/** Real libvirt for tests: daemons started where none run, an ordinary user, and proof that nothing is left. */
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createExec } from '../../src/host/exec.js'
import type { HostEnv, HostExec } from '../../src/host/types.js'

export const uid = process.getuid?.() ?? 0
export const host: HostEnv = {
  pid: process.pid,
  uid,
  user: userInfo().username,
  home: homedir(),
  cwd: '/',
  env: process.env,
}
export const exec: HostExec = createExec(host)

const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
/** Resolves as soon as `probe` is true; throws after `withinMs`. */
export async function until(probe: () => Promise<boolean>, what: string, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await probe()); await sleep(100))
    if (Date.now() > end) throw new Error(`gave up: ${what}`)
}

export interface Process {
  readonly pid: number
  readonly uid: number
  readonly argv: readonly string[]
}

/** All processes of this machine but zombies, which have no argv. */
export async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((p) => /^\d+$/.test(p))
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1)
        return { pid: Number(pid), uid: (await stat(`/proc/${pid}`)).uid, argv }
      } catch {
        return undefined
      }
    }),
  )
  return found.filter((p) => p !== undefined).filter((p) => p.argv.length > 0)
}

/** The QEMU of a libvirt domain. */
export const qemuOf = async (domain: string): Promise<Process | undefined> =>
  (await processes()).find((p) => p.argv.some((a) => a === `guest=${domain},debug-threads=on`))

/** What libvirt and QEMU said of a machine at last: why it is in its state, and the end of its log. */
export async function lastWords(uri: string, domain: string): Promise<string> {
  const dir = uri.endsWith('/system') ? '/var/log/libvirt/qemu' : join(homedir(), '.cache/libvirt/qemu/log')
  const why = await exec.run(['virsh', '-q', '-c', uri, 'domstate', '--reason', domain], { allowFailure: true })
  const log = await readFile(join(dir, `${domain}.log`), 'utf8').catch(String)
  return [why.stdout.trim(), ...log.trim().split('\n').slice(-8)].join('\n')
}

/** Ends a process and waits until it is gone. */
export async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  try {
    process.kill(pid, signal)
  } catch {
    return
  }
  await until(async () => !(await processes()).some((p) => p.pid === pid), `pid ${pid} to end`)
}

/**
 * As udev does elsewhere: the device to group kvm. Without it libvirt as root probes QEMU anew, 2 to 8 s, at every call
 * (field notes).
 */
async function alignKvmDevice(): Promise<void> {
  const device = await stat('/dev/kvm').catch(() => undefined)
  const gid = Number(/^kvm:[^:]*:(\d+):/m.exec(await readFile('/etc/group', 'utf8'))?.[1] ?? NaN)
  if (!device || Number.isNaN(gid) || device.gid === gid) return
  await chown('/dev/kvm', device.uid, gid)
  await chmod('/dev/kvm', 0o660)
}

const answers = async (uri: string): Promise<boolean> =>
  (await exec.run(['virsh', '-q', '-c', uri, 'list'], { allowFailure: true, timeoutMs: 30_000 })).exitCode === 0

/** Makes qemu:///system answer; daemons that this started end with the test. */
export async function ensureSystemLibvirt(t: Test): Promise<void> {
  await alignKvmDevice()
  if (await answers('qemu:///system')) return
  for (const daemon of ['virtlogd', 'libvirtd']) {
    const has = async () => (await processes()).find((p) => p.uid === 0 && p.argv[0]?.endsWith(daemon))
    if (await has()) continue
    // libvirtd as .ci/setup starts it.
    if (daemon === 'libvirtd')
      await exec.spawnDetached(['tini', '-s', '--', daemon], { log: '/var/log/libvirt/libvirtd.log' })
    else await exec.run([daemon, '-d'], { timeoutMs: 30_000 })
    await until(async () => (await has()) !== undefined, `${daemon} to start`)
    const started = await has()
    t.teardown(() => (started ? end(started.pid, 'SIGTERM') : undefined))
  }
  await until(() => answers('qemu:///system'), 'libvirtd to answer')
}

/** A folder of our own in the temp folder (not t.testdir: QEMU's user must reach it). Removed with the test. */
export async function workDir(t: Test, mode = 0o711): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'klab-t-'))
  await chmod(dir, mode)
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export interface TempUser {
  readonly name: string
  readonly uid: number
  /** argv that runs `argv` as this user with a runtime folder of its own. */
  as(argv: readonly string[]): string[]
}

/** An ordinary user for rootless tests; it and all its processes go with the test. Needs root. */
export async function tempUser(t: Test): Promise<TempUser> {
  const name = `klabt${process.pid}`
  await exec.run(['useradd', '--create-home', '--shell', '/bin/bash', name])
  const id = Number((await exec.run(['id', '-u', name])).stdout)
  const runtime = `/run/user/${id}`
  t.teardown(async () => {
    for (const p of await processes()) if (p.uid === id) await end(p.pid, 'SIGKILL')
    await rm(runtime, { recursive: true, force: true })
    await exec.run(['userdel', '--remove', '--force', name], { allowFailure: true })
  })
  await mkdir(runtime, { recursive: true })
  await chown(runtime, id, id)
  await chmod(runtime, 0o700)
  const env = [`HOME=/home/${name}`, `USER=${name}`, `LOGNAME=${name}`, `XDG_RUNTIME_DIR=${runtime}`]
  const drop = ['setpriv', `--reuid=${name}`, `--regid=${id}`, '--init-groups', '--']
  // Root's own folders are not this user's.
  const unset = ['STATE', 'CACHE', 'RUN'].map((what) => `--unset=KLAB_${what}_DIR`)
  return { name, uid: id, as: (argv) => [...drop, 'env', ...unset, ...env, ...argv] }
}

/** Host ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((s) => (s.address() as { port: number }).port)
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))))
  return ports
}
