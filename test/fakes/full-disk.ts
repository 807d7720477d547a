/** A disk that gets full: what this process writes into files fails as it does there. */
import { open } from 'node:fs/promises'
import type { Test } from 'tap'

export interface FullDisk {
  /** Writes so far. */
  readonly writes: () => number
  /** From the n-th write on (from 0) there is no room; `Infinity`: there is. */
  fillAt(n: number): void
}

/** `room`: asked at each write that would fail; something may have been removed since. */
export async function fullDisk(t: Test, room: () => boolean = () => false): Promise<FullDisk> {
  const file = await open('/dev/null')
  const proto = Object.getPrototypeOf(file) as Record<'write' | 'writeFile', (...args: unknown[]) => Promise<unknown>>
  await file.close()
  let [writes, limit] = [0, Infinity]
  for (const name of ['write', 'writeFile'] as const) {
    const real = proto[name]
    proto[name] = function (this: unknown, ...args) {
      if (writes++ < limit || room()) return real.apply(this, args)
      // As Node has it: no path.
      const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        errno: -28,
        syscall: 'write',
      })
      return Promise.reject(error)
    }
    t.teardown(() => void (proto[name] = real))
  }
  return { writes: () => writes, fillAt: (n) => void ([writes, limit] = [0, n]) }
}
