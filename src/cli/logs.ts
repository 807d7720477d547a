/** `klab logs [NODE]`. */
import { readableLog } from '../report/log-lines.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import type { LOGS_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** Prints the end of klab's log or of a node's serial console. Throws UsageError, StateError. */
export async function runLogs(app: App, { file, node, lines, json }: Args<typeof LOGS_OPTIONS>): Promise<number> {
  const text = await (await labOf(app, { file })).logs({ node, lines })
  app.stdout.write(node === undefined && !json ? readableLog(text) : text)
  return 0
}
