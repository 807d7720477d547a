/** What this process is: who runs it, where, with which environment. */
import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'
import type { HostEnv } from './types.js'

/** Read once, by program.ts or by the program that calls `openLab`. */
export function thisProcess(): HostEnv {
  const { env } = process
  const known = passwdEntry()
  const uid = process.getuid?.() ?? -1
  return {
    pid: process.pid,
    uid,
    user: known?.username ?? env['USER'] ?? env['LOGNAME'] ?? `${uid}`,
    // A relative path would follow the working folder. state/paths.ts reports if no home is known.
    home: [env['HOME'], known?.homedir].find((dir) => dir !== undefined && isAbsolute(dir)) ?? '',
    cwd: process.cwd(),
    env: process.env,
  }
}

/** undefined: no user has this uid, as in many containers. */
function passwdEntry(): { readonly username: string; readonly homedir: string } | undefined {
  try {
    return userInfo()
  } catch {
    return undefined
  }
}

/** Whether a process has this id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It is there, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The Node program of this process. */
export const nodeProgram = (): string => process.execPath

/**
 * From now on only this user can read files of this process: keys, disks and sockets (reliability rule 1). Folders that
 * QEMU's user must pass are opened one by one.
 */
export const keepFilesPrivate = (): void => void process.umask(0o077)
