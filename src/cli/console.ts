/** `klab console`: virsh's console, with the lab's names. */
import type { App } from './app.js'
import type { Args } from './command.js'
import type { CONSOLE_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** Opens the console; virsh's exit status. Throws UsageError, StateError if the node does not run. */
export async function runConsole(app: App, args: Args<typeof CONSOLE_OPTIONS>): Promise<number> {
  const { argv, env } = await (await labOf(app, args)).terminal.console(args.node)
  return app.foreground(argv, env)
}
