/** `klab suspend`, `klab resume` and `klab reload`. */
import type { LabHandle } from '../lab/api.js'
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { RELOAD_OPTIONS, RESUME_OPTIONS, SUSPEND_OPTIONS } from './daily-options.js'
import { withProgress } from './progress.js'
import { formatStatus } from './status.js'

type Status = Awaited<ReturnType<LabHandle['status']>>

function print(app: App, args: { readonly json?: boolean | undefined }, status: Status, next = ''): number {
  if (args.json) printJson(app, status)
  else app.stdout.write(`${formatStatus(status, app.clock.now())}${next}`)
  return 0
}

/** Puts the lab to sleep and prints its status. Throws StateError, HostError, LockedError. */
export async function runSuspend(app: App, args: Args<typeof SUSPEND_OPTIONS>): Promise<number> {
  return print(app, args, await withProgress(app, args, (lab) => lab.suspend()), `\n${say('klab resume wakes it')}\n`)
}

/** Wakes it and prints its status. Throws StateError, ProbeError if it does not get Ready. */
export async function runResume(app: App, args: Args<typeof RESUME_OPTIONS>): Promise<number> {
  return print(app, args, await withProgress(app, args, (lab) => lab.resume()))
}

/** Halts and boots, and prints the status. Throws what halt and up throw. */
export async function runReload(app: App, args: Args<typeof RELOAD_OPTIONS>): Promise<number> {
  const { force, node: nodes } = args
  return print(app, args, (await withProgress(app, args, (lab) => lab.reload({ force, nodes }))).status)
}
