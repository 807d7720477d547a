/** `klab halt`. */
import { halt } from '../lab/halt.js'
import { recordedLab } from '../lab/open.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'
import { formatStatus } from './status.js'

/** Powers the lab off and prints its status. Throws StateError when it was never up, what `halt` throws. */
export async function runHalt(app: App, args: Args): Promise<number> {
  const lab = await recordedLab(app.env, args.file)
  const world = await app.world(lab.record.lab)
  const renderer = await openRenderer(app, args['json'] === true, lab.paths.log)
  let status
  try {
    status = await halt(world, lab, { force: args['force'] === true, report: renderer.report })
  } finally {
    renderer.close()
  }
  if (args['json']) printJson(app, status)
  else app.stdout.write(`${formatStatus(status, app.clock.now())}\nklab up boots it again\n`)
  return 0
}
