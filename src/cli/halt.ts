/** `klab halt`. */
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { HALT_OPTIONS } from './options.js'
import { withProgress } from './progress.js'
import { formatStatus } from './status.js'

/** Powers the lab off and prints its status. Throws StateError if it was never up, what `halt` throws. */
export async function runHalt(app: App, args: Args<typeof HALT_OPTIONS>): Promise<number> {
  const status = await withProgress(app, args, (lab) => lab.halt({ force: args.force, nodes: args.node }))
  if (args.json) printJson(app, status)
  else {
    const next = args.node?.length ? say('klab up boots what is off') : say('klab up boots it again')
    app.stdout.write(`${formatStatus(status, app.clock.now(), app.stdout.columns)}\n${next}\n`)
  }
  return 0
}
