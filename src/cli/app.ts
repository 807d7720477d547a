/** What a command gets: streams, environment, and the world when it needs one. */
import type { Lab } from '../labfile/model.js'
import type { Clock, HostEnv, HostExec } from '../host/types.js'
import type { World } from '../world.js'
import type { AccelProbe } from '../hypervisor/accel.js'
import type { Hypervisor } from '../hypervisor/types.js'

export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface App {
  readonly env: HostEnv
  /** Results only. */
  readonly stdout: Stream
  /** Progress, questions, errors. */
  readonly stderr: Stream
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly assets: string
  readonly host: HostExec
  /** Loads all doors. `lab` says which libvirt; undefined: this user's default. */
  world(lab: Pick<Lab, 'hypervisor'> | undefined): Promise<World>
  /** Which accelerator really works for this lab (a probe guest runs, unless the Labfile names TCG). */
  probeAccel(lab: Pick<Lab, 'hypervisor'>): Promise<AccelProbe>
  /** Only what `status` needs. */
  hypervisor(uri: string): Promise<Pick<Hypervisor, 'list'>>
  /** Runs a program with klab's own terminal; its exit status. */
  foreground(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<number>
  /** Starts klab itself with these arguments, apart from this process and its terminal. */
  detached(args: readonly string[]): Promise<void>
  /** A line from the terminal, undefined without one. */
  ask(question: string): Promise<string | undefined>
}

/** A result as JSON, two spaces. */
export const printJson = (app: App, value: unknown): void => {
  app.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}
