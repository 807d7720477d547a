/** What every verb that changes a lab does around its work: lock, record, recovery, closing. */
import { acquireLock } from '../host/lock.js'
import { recover } from '../snapshot/recover.js'
import type { LockedLab } from '../snapshot/types.js'
import type { LabPaths } from '../state/paths.js'
import { readRecord, type LabRecord } from '../state/record.js'
import type { World } from '../world.js'

export interface LabVerb<R extends LabRecord | undefined> {
  /** Shown to others who find the lab locked. */
  readonly name: string
  /**
   * Returns the record to work with, made from the one read under the lock: a record read before may be old. It refuses
   * by throwing, before anything is recovered. Absent: the record that was read.
   */
  readonly record?: (existing: LabRecord | undefined) => R | Promise<R>
  /** Finish or undo a snapshot verb that was killed, and say here what was done. Absent: the next verb does that. */
  readonly recover?: ((line: string) => void) | undefined
}

/**
 * Does `work` while nobody else changes the lab, and then closes the connections to its guests. Throws LockedError,
 * HostError; what the verb's `record`, recover and `work` throw.
 */
export async function withLab<T, R extends LabRecord | undefined = LabRecord | undefined>(
  world: World,
  paths: LabPaths,
  verb: LabVerb<R>,
  work: (record: R) => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(world.host, paths.lock, {
    verb: verb.name,
    pid: world.env.pid,
    since: world.clock.now(),
  })
  try {
    const existing = await readRecord(paths.record)
    const record = verb.record ? await verb.record(existing) : (existing as R)
    if (!record || !verb.recover) return await work(record)
    const lab: LockedLab = { world, paths, record, say: verb.recover }
    const done = await recover(lab)
    if (done !== undefined) lab.say(done)
    return await work(lab.record as R)
  } finally {
    await world.guests.close()
    await lock.release()
  }
}
