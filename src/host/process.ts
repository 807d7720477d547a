/** What this process is: who runs it, where, with which environment. */
import { userInfo } from 'node:os'
import type { HostEnv } from './types.js'

/** The user by passwd; a container may run klab under a uid that has no entry there. */
function passwd(): { readonly uid: number; readonly username: string; readonly homedir: string } {
  try {
    return userInfo()
  } catch {
    const uid = process.getuid?.() ?? -1
    return { uid, username: String(uid), homedir: '' }
  }
}

/** Read once, by main.ts or by the program that calls `openLab`. `home` is empty where nobody says what it is. */
export function thisProcess(): HostEnv {
  const { uid, username, homedir } = passwd()
  return {
    pid: process.pid,
    uid,
    user: username,
    home: process.env['HOME'] || homedir,
    cwd: process.cwd(),
    env: process.env,
  }
}

/** The Node program that this process is. */
export const nodeProgram = (): string => process.execPath

/**
 * From now on files of this process are nobody else's: keys, disks and sockets (reliability rule 1). Folders that
 * QEMU's user must pass are opened one by one.
 */
export const keepFilesPrivate = (): void => void process.umask(0o077)
