/**
 * Whether KVM can really be used here: CPU flags, the device, and a guest that runs. A device file alone proves
 * nothing.
 */
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../errors.js'
import { readText } from '../host/files.js'
import type { HostExec } from '../host/types.js'
import type { Accel } from './types.js'
import { english } from '../words/say.js'

/** ms; the payload ends by itself in well under one second even under TCG. */
const LIMIT = 10_000
const SILENT = english('a probe guest did not finish within {seconds} s', { seconds: LIMIT / 1000 })
const EXIT_PORT = 0xf4
const EXIT_VALUE = 0x31
/** isa-debug-exit ends QEMU with (value << 1) | 1 (hw/misc/debugexit.c). */
const PROBE_STATUS = (EXIT_VALUE << 1) | 1

/** A boot sector that writes EXIT_VALUE to EXIT_PORT, then halts: `mov al, value; out port, al; cli; hlt; jmp $-1`. */
function bootSector(): Buffer {
  const sector = Buffer.alloc(512)
  sector.set([0xb0, EXIT_VALUE, 0xe6, EXIT_PORT, 0xfa, 0xf4, 0xeb, 0xfd])
  sector.set([0x55, 0xaa], 510)
  return sector
}

export type AccelProbe = { readonly accel: 'kvm' } | { readonly accel: 'tcg'; readonly why: string }

type User = { readonly uid: number; readonly gid: number } | undefined

/**
 * Boots a 512-byte guest with this accelerator; undefined if it ran, otherwise why it did not. `user`: the user to run
 * it as, if given (klab must be root then).
 */
export async function bootProbe(exec: HostExec, accel: Accel, user?: User): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'klab-probe-'))
  try {
    const image = join(dir, 'boot.img')
    await writeFile(image, bootSector(), { mode: 0o600 })
    if (user) for (const path of [image, dir]) await chown(path, user.uid, user.gid)
    const as = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'] : []
    // `pc`: SeaBIOS boots a one-sector disk from its IDE controller, but not from q35's AHCI.
    const qemu = [
      'qemu-system-x86_64',
      '-accel',
      accel,
      '-machine',
      'pc',
      '-m',
      '16',
      '-nodefaults',
      '-no-user-config',
      '-no-reboot',
    ]
    const exit = ['-display', 'none', '-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`]
    const drive = ['-drive', `file=${image},format=raw,if=ide`]
    const r = await exec.run([...as, ...qemu, ...exit, ...drive], { timeoutMs: LIMIT, allowFailure: true, cwd: '/' })
    // If the limit ends it, QEMU still exits normally, with status 0.
    if (r.durationMs >= LIMIT) return SILENT
    return r.exitCode === PROBE_STATUS
      ? undefined
      : english('QEMU ended with status {status}: {last}', {
          status: r.exitCode,
          last: r.stderr.trim().split('\n').at(-1) ?? '',
        })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return error.failure.timedOut
      ? SILENT
      : english('a probe guest was ended by {signal}', { signal: error.failure.signal ?? '?' })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * The accelerator to use. `qemuUser`: the user that libvirt runs QEMU as, if it is not the caller (see hostSecurity);
 * that user must be able to open the device. `read` is for tests. Throws HostError if QEMU is missing.
 */
export async function probeAccel(
  exec: HostExec,
  options: { qemuUser?: User; read?: typeof readText } = {},
): Promise<AccelProbe> {
  const cpuinfo = (await (options.read ?? readText)('/proc/cpuinfo')) ?? ''
  if (!/^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo)) {
    return {
      accel: 'tcg',
      why: english(
        '/proc/cpuinfo shows neither vmx nor svm (a VM without nested virtualisation, or switched off in the firmware)',
      ),
    }
  }
  const why = await bootProbe(exec, 'kvm', options.qemuUser)
  return why === undefined ? { accel: 'kvm' } : { accel: 'tcg', why }
}
