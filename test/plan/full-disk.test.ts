/** The disk gets full at every write of every phase of `up`. With room again, the same phase ends well. */
import t from 'tap'
import { messageOf } from '../../src/errors.js'
import { systemFailure } from '../../src/report/system-error.js'
import { fullDisk } from '../fakes/full-disk.js'
import { allReady, phasesOf, phaseStage, runPhase } from './phase-stage.js'

/** Phases that write on the host. The others write in guests only, or run programs that do. */
const WRITE = ['network', 'control-plane']

/** The errors within an error, those of several steps too. */
const within = (error: unknown): readonly unknown[] => [
  error,
  ...(error instanceof AggregateError ? error.errors.flatMap(within) : []),
  ...(error instanceof Error && error.cause !== undefined ? within(error.cause) : []),
]

for (const name of phasesOf(t))
  t.test(`phase ${name}: says which file, and goes on when there is room`, async (t) => {
    for (let n = 0; ; n++) {
      const s = await phaseStage(t, name)
      const disk = await fullDisk(t)
      disk.fillAt(n)
      const error: unknown = await runPhase(s.run, name, allReady).then(
        () => undefined,
        (e: unknown) => e,
      )
      const writes = disk.writes()
      disk.fillAt(Infinity)
      if (writes <= n) {
        t.equal(error, undefined)
        t.ok(!WRITE.includes(name) || n > 0, `${n} writes`)
        return
      }
      if (error === undefined) {
        t.equal(name, 'node-image', `${n}: only the holder's name in a lock file may fail unseen (host/lock.ts)`)
        continue
      }
      const words = within(error).flatMap((e) => systemFailure(e)?.message ?? [])
      t.match(words, [/^\/\S+: the disk is full/], `${n}: ${messageOf(error)}`)
      await runPhase(s.run, name, allReady)
    }
  })
