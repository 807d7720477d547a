/** `klab logs [NODE]`. */
import { readableLog } from '../report/log-lines.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import type { LOGS_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/**
 * Prints the end of klab's log or of a node's serial console; `-f`: also what is added later. Throws UsageError,
 * StateError.
 */
export async function runLogs(app: App, args: Args<typeof LOGS_OPTIONS>): Promise<number> {
  const { file, node, lines, json, follow } = args
  const lab = await labOf(app, { file })
  const show = (text: string): void => {
    app.stdout.write(node === undefined && !json ? readableLog(text) : text)
  }
  if (follow) await lab.followLogs({ node, lines, onText: show })
  else show(await lab.logs({ node, lines }))
  return 0
}
