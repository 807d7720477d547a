/** A moment of this machine that setting its wall clock does not move. */
import { readFile } from 'node:fs/promises'

export interface HostMoment {
  /** ms since the epoch, by the wall clock. */
  readonly wall: number
  /** ms since the machine was started, sleep counted; proc(5), /proc/uptime. */
  readonly uptime: number
  /** Another one after each start of the machine; random(4). */
  readonly boot: string
}

/** `wall`: of the Clock door. Throws what reading /proc throws. */
export async function momentNow(wall: number): Promise<HostMoment> {
  const [uptime, boot] = await Promise.all(
    ['/proc/uptime', '/proc/sys/kernel/random/boot_id'].map((path) => readFile(path, 'utf8')),
  )
  return { wall, uptime: Math.round(Number(uptime?.split(' ')[0]) * 1000), boot: (boot ?? '').trim() }
}
