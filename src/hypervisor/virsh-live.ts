/**
 * Freezes several machines at one moment while they run. libvirt writes each one's RAM while the guest runs
 * (`snapshot-create --live`), and then again what has changed since. When all has been written once, all machines are
 * suspended together, and the little that is left is written. libvirt resumes each machine when its file is complete.
 */
import { stat } from 'node:fs/promises'
import { CommandError, StateError } from '../errors.js'
import type { Clock } from '../host/types.js'
import { parseJobs, type Job } from './parse.js'
import type { Hypervisor, Machine, MachineState, Moment, PauseTimes } from './types.js'
import { LONG, type Virsh } from './virsh-run.js'
import { english } from '../words/say.js'

/** ms between two looks at the progress of the writing. */
const LOOK_EVERY = 100
/** ms between two looks at whether a file is there. */
const BEGUN_EVERY = 20
/** ms that the guests may be written while they run. Then they are suspended, however much is left. */
const LIVE_MS = 90_000
/**
 * MiB/s. Low at first, so that a look comes in time. Almost 0 for a machine that waits for the others, so that it does
 * not finish before them.
 */
const [FULL, NEAR, HELD] = [100_000, 48, 1]
/** MiB/s below so many MiB left. The pause is as long as it takes to write what is left. */
const SPEEDS = [
  { belowMiB: 160, speed: HELD },
  { belowMiB: 384, speed: NEAR },
  { belowMiB: 768, speed: 400 },
] as const
/** ms, libvirt's smallest value: QEMU itself ends the writing when the rest can be written in this time. */
const DOWNTIME_MS = 1

interface Dependencies {
  readonly virsh: Virsh
  readonly clock: Clock
  readonly must: (name: string) => Promise<Machine>
  readonly list: () => Promise<readonly Machine[]>
  readonly write: (machine: Machine, to: Moment, flags: readonly string[]) => Promise<void>
  readonly abortJob: (name: string) => Promise<void>
}

export function freezeTogether({
  virsh,
  clock,
  must,
  list,
  write,
  abortJob,
}: Dependencies): Hypervisor['freezeTogether'] {
  /** Several commands in one process. */
  const each = (machines: readonly Machine[], command: (machine: Machine) => string) =>
    virsh([machines.map(command).join('; ')], { timeoutMs: LONG, allowFailure: true })
  const jobs = async (machines: readonly Machine[]): Promise<readonly Job[]> =>
    parseJobs((await each(machines, ({ uuid }) => `domjobinfo ${uuid}`)).stdout)
  const setSpeed = (machines: readonly Machine[], speed: (machine: Machine) => number) =>
    each(machines, (m) => `migrate-setspeed ${m.uuid} ${speed(m)}`)
  const statesOf = async (machines: readonly Machine[]): Promise<readonly MachineState[]> => {
    const now = new Map((await list()).map((m) => [m.uuid, m.state]))
    return machines.map((m) => now.get(m.uuid) ?? 'absent')
  }

  return async (moments, { committed, signal }) => {
    const machines = await Promise.all(moments.map(({ name }) => must(name)))
    const off = machines.find((m) => m.state !== 'running')
    if (off)
      throw new StateError(english('{name} is {state}, not running', { name: off.name, state: off.state }), {
        hint: 'klab up',
      })
    await each(machines, ({ uuid }) => `migrate-setmaxdowntime ${uuid} ${DOWNTIME_MS}`)

    let ended = 0
    const writing = moments.map(async ({ to }, i) => {
      try {
        // `machines` has the same order as `moments`.
        await write(machines[i] as Machine, to, ['--live'])
      } finally {
        ended += 1
      }
    })
    const writes = Promise.allSettled(writing)
    const giveUp = async (): Promise<readonly PromiseSettledResult<void>[]> => {
      await Promise.allSettled(machines.map((m) => abortJob(m.name)))
      return writes
    }

    try {
      const limit = clock.monotonic() + LIVE_MS
      // If klab asks before libvirt has begun to write, libvirt answers only when it has finished. So the first command
      // to each machine limits the speed; without it, a small machine is done before klab looks. It is repeated,
      // because libvirt sets its own speed when it begins to write, perhaps after the command.
      for (let writes: readonly Machine[] = []; ended === 0 && writes.length < machines.length;) {
        const begun = await begunOf(moments)
        writes = machines.filter((_, i) => begun[i])
        if (writes.length > 0) await setSpeed(writes, () => NEAR)
        else await clock.sleep(BEGUN_EVERY, signal)
      }
      if (ended === 0) await setSpeed(machines, () => NEAR)
      const speeds = new Map(machines.map((m): [Machine, number] => [m, NEAR]))
      while (ended === 0 && [...speeds.values()].some((speed) => speed !== HELD) && clock.monotonic() < limit) {
        const now = await jobs(machines)
        const changed = machines.filter((m, i) => {
          const speed = speeds.get(m) === HELD ? HELD : speedOf(now[i])
          if (speed === speeds.get(m)) return false
          speeds.set(m, speed)
          return true
        })
        if (changed.length > 0) await setSpeed(changed, (m) => speeds.get(m) ?? NEAR)
        else await clock.sleep(LOOK_EVERY, signal)
      }
      if (ended === 0) {
        const started = clock.monotonic()
        const paused = await Promise.all(
          machines.map((m) => virsh(['suspend', m.uuid], { timeoutMs: LONG }).then(() => clock.monotonic())),
        )
        const [states, now] = await Promise.all([statesOf(machines), jobs(machines)])
        // All are paused and no file is complete: in the end the files will hold this moment.
        if (states.every((s) => s === 'paused') && now.length === machines.length && now.every((j) => j.active)) {
          await Promise.all([committed(), setSpeed(machines, () => FULL)])
          await Promise.all(writing)
          return {
            pauseMs: clock.monotonic() - started,
            skewMs: Math.max(...paused) - Math.min(...paused),
          } satisfies PauseTimes
        }
      }
    } catch (error) {
      await giveUp()
      throw error
    }
    const failed = (await giveUp()).find((end) => end.status === 'rejected' && !isAborted(end.reason))
    if (failed?.status === 'rejected') throw failed.reason
    return undefined
  }
}

const begunOf = (moments: readonly { readonly to: Moment }[]): Promise<readonly boolean[]> =>
  Promise.all(
    moments.map(({ to }) =>
      stat(to.memory).then(
        (s) => s.size > 0,
        () => false,
      ),
    ),
  )

const speedOf = (job: Job | undefined): number => {
  if (!job || job.passes === 0) return NEAR
  if (job.passes > 1) return HELD
  return SPEEDS.find(({ belowMiB }) => job.leftMiB < belowMiB)?.speed ?? FULL
}

/** libvirt's message after abortJob ("operation aborted: ... canceled by client"). */
const isAborted = (error: unknown): boolean =>
  error instanceof CommandError && /operation aborted|canceled by client/.test(error.failure.tail)
