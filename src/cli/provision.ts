/** `klab provision`. */
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { PROVISION_OPTIONS } from './options.js'
import { withProgress } from './progress.js'
import { formatStatus } from './status.js'

/** Runs guest phases again and prints the lab's status. Throws UsageError, LabfileError, what `provision` throws. */
export async function runProvision(app: App, args: Args<typeof PROVISION_OPTIONS>): Promise<number> {
  const { from, only, node: nodes } = args
  const status = await withProgress(app, args, (lab) => lab.provision({ from, only, nodes }))
  if (args.json) printJson(app, status)
  else app.stdout.write(formatStatus(status, app.clock.now(), app.stdout.columns))
  return 0
}
