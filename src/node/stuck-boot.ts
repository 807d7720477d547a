/**
 * A guest that hangs while its kernel starts. QEMU 7.2's emulation sometimes does that: the kernel replaces one of its
 * own instructions (text_poke), and virtual CPUs run into the breakpoint of their translated code again and again.
 * Seen on 2026-11-28 in sched_clock_tick, in one of some hundred boots. It lasted until klab gave up, after 40 min.
 */
import { stat } from 'node:fs/promises'
import { Interrupted, KlabError } from '../errors.js'
import type { LabRun } from '../world.js'
import { english } from '../words/say.js'

/** ms between two looks. */
const EVERY_MS = 15_000
/**
 * ms of CPU time. A whole boot of klab's own image takes 36 s of it (docs/decisions.md), and its first line on the
 * console comes before the end. CPU time, because it does not depend on what else the host does.
 */
const HUNG_CPU_MS = 180_000
/** How often one boot is begun again. If that does not help, it is another fault. */
const TRIES = 2

interface Booting {
  /** libvirt's name of the machine. */
  readonly name: string
  readonly consoleLog: string
  readonly start: () => Promise<void>
  readonly line: (text: string) => void
}

/**
 * Runs `work`, which waits for a machine to boot. Until it ends, an emulated machine of klab's own image that uses much
 * CPU time and writes nothing on its console is switched off and on again (other images may never write there). Throws
 * Interrupted, and what `work` throws.
 */
export async function withHungBootRestarted<T>(run: LabRun, booting: Booting, work: () => Promise<T>): Promise<T> {
  const { world, lab, profile } = run
  if (profile.patience === 1 || lab.image.kind !== 'builtin') return work()
  const done = new AbortController()
  const signal = AbortSignal.any([world.signal, done.signal])
  const looked = restartIfHung(world, booting, signal).catch((error: unknown) => {
    if (signal.aborted) return
    if (!(error instanceof KlabError)) throw error
    // `work` goes on, and has a time limit.
    booting.line(error.message.split('\n')[0] ?? '')
  })
  const result = await work().finally(() => {
    done.abort()
    return looked
  })
  // This wait ends as all others do.
  if (world.signal.aborted) throw new Interrupted()
  return result
}

async function restartIfHung(world: LabRun['world'], booting: Booting, signal: AbortSignal): Promise<void> {
  const { name, consoleLog, start, line } = booting
  for (let tries = 0; tries < TRIES;) {
    await world.clock.sleep(EVERY_MS, signal)
    // libvirt empties it at each start.
    const written = await stat(consoleLog).then(
      ({ size }) => size,
      () => 0,
    )
    if (written > 0) return
    const cpuNs = (await world.hypervisor.usage([name])).get(name)?.cpuNs ?? 0
    if (signal.aborted || cpuNs / 1e6 < HUNG_CPU_MS) continue
    tries++
    line(english('its kernel hangs, a fault of QEMU’s emulation; switched off and on again'))
    await world.hypervisor.stop(name, 0)
    await start()
  }
}
