/** What this process is: who runs it, where, with which environment. */
import { userInfo } from 'node:os'
import type { HostEnv } from './types.js'

/** Read once, by main.ts or by the program that calls `openLab`. */
export function thisProcess(): HostEnv {
  const { uid, username, homedir } = userInfo()
  return {
    pid: process.pid,
    uid,
    user: username,
    home: process.env['HOME'] ?? homedir,
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
