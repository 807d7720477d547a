/** `klab ssh`: the system's own ssh with the lab's keys and pinned host keys. */
import type { App } from './app.js'
import { wordsOf, type Args } from './command.js'
import { labOf } from './progress.js'

/**
 * Runs ssh; its exit status. Words after `--` stay separate; others are joined by spaces, as ssh does. Throws
 * UsageError, StateError.
 */
export async function runSsh(app: App, args: Args): Promise<number> {
  const [, node, ...rest] = args._.map(String)
  const lab = await labOf(app, args)
  const { argv, env } = await lab.terminal.ssh(node, wordsOf(rest), { apart: rest[0] === '--' })
  return app.foreground(argv, env)
}
