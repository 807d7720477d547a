/**
 * A guest that boots in seconds under TCG: Debian's cloud kernel, and an initramfs of busybox and one script
 * (mini-guest-init.sh).
 */
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { writeAtomic, exists } from '../../src/host/files.js'
import type { HostExec } from '../../src/host/types.js'

export interface MiniGuest {
  readonly kernel: string
  readonly initrd: string
}

/** Ports inside the guest: what comes is sent back; lines are run by a root shell, whose output comes back. */
export const ECHO_PORT = 7
export const SHELL_PORT = 23

/**
 * Modules named by what they drive; what they depend on is loaded first. `button` and `evdev` hear ACPI's power button,
 * `af_packet` is DHCP's.
 */
const MODULES = ['virtio_pci', 'virtio_net', 'virtio_blk', 'virtio_balloon', 'button', 'evdev', 'rtc-cmos', 'af_packet']
const INIT = new URL('../../test/real/mini-guest-init.sh', import.meta.url)

/** Kernel command line: the address on the lab's network (`dhcp`: from there) is data for the init script. */
export const miniCmdline = (l2?: string): string =>
  `console=ttyS0 quiet panic=5${l2 === undefined ? '' : ` klab.ip=${l2}`}`

async function unpackKernel(exec: HostExec, dir: string): Promise<string> {
  const depends = await exec.run(['apt-cache', 'depends', 'linux-image-cloud-amd64'])
  const name = /Depends: (linux-image-\S+-cloud-amd64)/.exec(depends.stdout)?.[1]
  if (name === undefined) throw new Error(`no cloud kernel in apt's lists; run apt-get update\n${depends.stdout}`)
  await exec.run(['apt-get', 'download', name], { cwd: dir, timeoutMs: 300_000 })
  const deb = (await readdir(dir)).find((f) => f.endsWith('.deb'))!
  await exec.run(['dpkg-deb', '-x', join(dir, deb), join(dir, 'root')])
  await rm(join(dir, deb))
  // Debian 13's modules are compressed; the mini guest's insmod wants them plain.
  const packed = (await readdir(join(dir, 'root'), { recursive: true })).filter((f) => f.endsWith('.ko.xz'))
  if (packed.length > 0) await exec.run(['xz', '--decompress', '--', ...packed], { cwd: join(dir, 'root') })
  return name.slice('linux-image-'.length)
}

/**
 * The .ko files of MODULES and of all they depend on, in an order in which insmod takes them. Read from the modules
 * themselves: not every host has depmod.
 */
async function moduleFiles(root: string, version: string): Promise<string[]> {
  // Debian 13 has them under usr/.
  const lib = [join(root, 'lib/modules', version), join(root, 'usr/lib/modules', version)].find((d) => existsSync(d))
  if (lib === undefined) throw new Error(`no modules of ${version} in ${root}`)
  const word = (name: string): string => name.replaceAll('-', '_')
  const paths = (await readdir(lib, { recursive: true })).filter((f) => f.endsWith('.ko'))
  const files = new Map(paths.map((f) => [word(basename(f, '.ko')), join(lib, f)]))
  const ordered = new Set<string>()
  const add = async (name: string): Promise<void> => {
    const file = files.get(word(name))
    if (file === undefined || ordered.has(file)) return
    const depends = /\0depends=([^\0]*)\0/.exec(await readFile(file, 'latin1'))?.[1] ?? ''
    for (const need of depends.split(',').filter(Boolean)) await add(need)
    ordered.add(file)
  }
  for (const name of MODULES) await add(name)
  return [...ordered]
}

/** Builds the guest once into `cacheDir` (2 s and one download of 27 MB), or finds it there. */
export async function buildMiniGuest(exec: HostExec, cacheDir: string): Promise<MiniGuest> {
  const guest = { kernel: join(cacheDir, 'vmlinuz'), initrd: join(cacheDir, 'initrd') }
  const stamp = join(cacheDir, 'init.sh')
  const init = await readFile(INIT, 'utf8')
  if ((await exists(stamp)) && (await readFile(stamp, 'utf8')) === init) return guest
  await rm(cacheDir, { recursive: true, force: true })
  const work = `${cacheDir}.tmp-${process.pid}`
  const tree = join(work, 'tree')
  for (const sub of ['bin', 'dev', 'proc', 'sys', 'modules', 'etc/acpi'])
    await mkdir(join(tree, sub), { recursive: true })
  try {
    const version = await unpackKernel(exec, work)
    await copyFile(join(work, 'root/boot', `vmlinuz-${version}`), join(work, 'vmlinuz'))
    await copyFile((await exec.which('busybox'))!, join(tree, 'bin/busybox'))
    await symlink('busybox', join(tree, 'bin/sh'))
    const files = await moduleFiles(join(work, 'root'), version)
    for (const [i, file] of files.entries())
      await copyFile(file, join(tree, 'modules', `${String(i).padStart(2, '0')}.ko`))
    await copyFile(INIT, join(tree, 'init'))
    await chmod(join(tree, 'init'), 0o755)
    const names = (await exec.run(['find', '.'], { cwd: tree })).stdout
    await exec.run(['cpio', '--quiet', '-o', '-H', 'newc', '-R', '0:0', '-F', join(work, 'initrd')], {
      cwd: tree,
      input: names,
    })
    await rm(tree, { recursive: true })
    await rm(join(work, 'root'), { recursive: true })
    await writeAtomic(join(work, 'init.sh'), init, 0o644)
    // QEMU's own user (qemu:///system) reads these.
    for (const dir of [work, join(work, 'vmlinuz'), join(work, 'initrd')]) await chmod(dir, 0o755)
    await rename(work, cacheDir)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return guest
}

/**
 * Sends text to a forwarded port of the guest (or one at its own address, `host`) and returns all that comes back until
 * the other side closes, or until `until` was seen.
 */
export function talk(
  port: number,
  text: string,
  until?: RegExp,
  { withinMs = 10_000, host = '127.0.0.1' }: { readonly withinMs?: number; readonly host?: string | undefined } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const socket = connect(port, host, () => socket.write(text))
    const end = (error?: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      if (error && !(until === undefined && seen !== '')) reject(error)
      else resolve(seen)
    }
    const timer = setTimeout(
      () => end(new Error(`port ${port}: nothing that matches within ${withinMs} ms; seen: ${seen}`)),
      withinMs,
    )
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      seen += chunk
      if (until?.test(seen)) end()
    })
    socket.on('error', end)
    socket.on('close', () =>
      end(until && !until.test(seen) ? new Error(`port ${port} closed; seen: ${seen}`) : undefined),
    )
  })
}

/** Runs a shell line in the guest through its SHELL_PORT's forward; returns what it printed. */
export const guestShell = async (port: number, line: string, withinMs = 20_000, host?: string): Promise<string> =>
  (await talk(port, `${line} 2>&1; echo "=""end="\n`, /=end=/, { withinMs, host })).replace(/=end=\s*$/, '')

/** Waits until the guest echoes: slirp accepts before the guest listens, so only an answer counts. */
export async function untilUp(port: number, withinMs = 90_000, host?: string): Promise<void> {
  const end = Date.now() + withinMs
  for (;;) {
    try {
      await talk(port, 'hello\n', /hello/, { withinMs: 2000, host })
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((r) => setTimeout(r, 200))
    }
  }
}
