/** The lab's L2 segment: one vde_switch, its sockets in a folder that only QEMU's user may enter. */
import { chown, lstat, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError, StateError } from '../errors.js'
import { systemClock } from '../host/clock.js'
import { exists, readText } from '../host/files.js'
import type { Clock, HostExec } from '../host/types.js'
import type { L2Switch } from './l2-types.js'
import { english } from '../words/say.js'

/**
 * sun_path is 108 bytes with its NUL (unix(7)); libvdeplug adds `/.PID-NNNNN`, 15 bytes with the largest pid of Linux.
 */
const LONGEST = 107 - 15
const SIGNAL_WAIT = 5_000
const LOOK_EVERY = 50

const parts = (runDir: string) => ({ socketDir: join(runDir, 'l2'), pidfile: join(runDir, 'l2.pid') })

/** A missing folder or file is fine. */
const gone = (error: unknown): void => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

/**
 * The L2 door. `qemuUser`: the user that QEMU runs as, if that is not klab's own user (see hostSecurity). The switch
 * runs as klab's user; the folder and its control socket belong to QEMU's. `runDir` must exist and let that user
 * through.
 */
export function createL2Switch(options: {
  exec: HostExec
  qemuUser?: { readonly uid: number; readonly gid: number } | undefined
  clock?: Clock
}): L2Switch {
  const { exec, qemuUser, clock = systemClock } = options

  /** The pid of this folder's switch: the pidfile's, if that process really is a vde_switch that serves this folder. */
  const pidOf = async (runDir: string): Promise<number | undefined> => {
    const { socketDir, pidfile } = parts(runDir)
    const text = (await readText(pidfile))?.trim() ?? ''
    if (!/^[1-9]\d*$/.test(text)) return undefined
    const argv = await readFile(`/proc/${text}/cmdline`, 'utf8').then(
      (line) => line.split('\0'),
      (): string[] => [],
    )
    const isSwitch = argv[0]?.split('/').at(-1) === 'vde_switch' && argv[argv.indexOf('-s') + 1] === socketDir
    return isSwitch ? Number(text) : undefined
  }

  const until = async (probe: () => Promise<boolean>): Promise<boolean> => {
    for (const end = clock.monotonic() + SIGNAL_WAIT; clock.monotonic() < end; await clock.sleep(LOOK_EVERY))
      if (await probe()) return true
    return probe()
  }
  const ended = (runDir: string) => until(async () => (await pidOf(runDir)) === undefined)

  const running = async (runDir: string): Promise<boolean> =>
    (await pidOf(runDir)) !== undefined && (await exists(join(parts(runDir).socketDir, 'ctl')))

  const end = async (runDir: string): Promise<void> => {
    const pid = await pidOf(runDir)
    if (pid !== undefined) {
      await exec.run(['kill', '-TERM', `${pid}`], { allowFailure: true })
      if (!(await ended(runDir))) {
        await exec.run(['kill', '-KILL', `${pid}`], { allowFailure: true })
        if (!(await ended(runDir)))
          throw new HostError(english('vde_switch (pid {pid}) does not end', { pid }), { hint: `kill -KILL ${pid}` })
      }
    }
    const { socketDir, pidfile } = parts(runDir)
    await rm(socketDir, { recursive: true, force: true })
    await rm(pidfile, { force: true })
  }

  /** Gives folder and control socket to QEMU's user, and checks that nobody else may enter. */
  const guard = async (socketDir: string): Promise<void> => {
    if (qemuUser) {
      await chown(join(socketDir, 'ctl'), qemuUser.uid, qemuUser.gid)
      await chown(socketDir, qemuUser.uid, qemuUser.gid)
    }
    const { mode } = await lstat(socketDir)
    if ((mode & 0o077) !== 0)
      throw new StateError(
        english('{dir} is open to other users (mode {mode})', { dir: socketDir, mode: (mode & 0o777).toString(8) }),
      )
  }

  return {
    running,

    ensure: async (runDir) => {
      const { socketDir, pidfile } = parts(runDir)
      if (Buffer.byteLength(socketDir) > LONGEST) {
        throw new HostError(
          english('{path}: too long for a unix socket ({length} bytes; {most} fit)', {
            path: socketDir,
            length: Buffer.byteLength(socketDir),
            most: LONGEST,
          }),
          {
            hint: english('choose a shorter folder: export KLAB_RUN_DIR=/tmp/klab-run'),
          },
        )
      }
      if (!(await running(runDir))) {
        // A killed switch leaves its folder behind, and vde_switch does not start if the folder exists.
        await end(runDir)
        await exec.run(['vde_switch', '-s', socketDir, '-m', '600', '-d', '-p', pidfile], { timeoutMs: 10_000 })
        if (!(await until(() => running(runDir))))
          throw new HostError(english('vde_switch did not come up in {dir}', { dir: socketDir }), {
            hint: 'klab doctor',
          })
      }
      await guard(socketDir)
      return { socketDir }
    },

    remove: async (runDir) => {
      await end(runDir)
      // Other machines of the lab may still have their sockets there.
      await rmdir(runDir).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') gone(error)
      })
    },
  }
}
