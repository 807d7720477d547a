/** `klab logs [NODE]`. */
import type { App } from './app.js'
import type { Args } from './command.js'
import type { LOGS_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** Prints the end of klab's log (JSON lines) or of a node's serial console. Throws UsageError, StateError. */
export async function runLogs(app: App, { file, node, lines }: Args<typeof LOGS_OPTIONS>): Promise<number> {
  app.stdout.write(await (await labOf(app, { file })).logs({ node, lines }))
  return 0
}
