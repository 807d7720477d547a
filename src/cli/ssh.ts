/** `klab ssh`: the system's own ssh with the lab's keys and pinned host keys. */
import type { App } from './app.js'
import { wordsOf, type Args } from './command.js'
import { labOf } from './progress.js'

/** Runs ssh; its exit status. Throws UsageError, StateError. */
export async function runSsh(app: App, args: Args): Promise<number> {
  const [, node, ...rest] = args._.map(String)
  const { argv, env } = await (await labOf(app, args)).terminal.ssh(node, wordsOf(rest))
  return app.foreground(argv, env)
}
