/** `klab provision`. */
import { readLab, recordedLab } from '../lab/open.js'
import { provision } from '../lab/provision.js'
import type { PhaseName } from '../labfile/phases.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'
import { formatStatus } from './status.js'

/** Runs guest phases again and prints the lab's status. Throws UsageError, LabfileError, what `provision` throws. */
export async function runProvision(app: App, args: Args): Promise<number> {
  // A lab that was never up has no folder for a log; it is told so before anything is made.
  await recordedLab(app.env, args.file)
  const open = await readLab(app.env, args.file)
  const world = await app.world(open.lab)
  const renderer = await openRenderer(app, args['json'] === true, open.paths.log)
  let status
  try {
    status = await provision(world, open, {
      from: args['from'] as PhaseName | undefined,
      only: args['only'] as PhaseName | undefined,
      nodes: ((args['node'] as unknown[] | undefined) ?? []).map(String),
      report: renderer.report,
    })
  } finally {
    renderer.close()
  }
  if (args['json']) printJson(app, status)
  else app.stdout.write(formatStatus(status, app.clock.now()))
  return 0
}
