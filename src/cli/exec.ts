/** `klab exec`: one command on several nodes. */
import { UsageError } from '../errors.js'
import { english, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import { wordsAfterDashes, type Args } from './command.js'
import type { EXEC_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** The longest time that a timer can wait, 24 days. */
const MOST_S = 2_147_483

/**
 * Runs the command and prints its output, each line after its node's name; the highest exit status. Throws UsageError.
 */
export async function runExec(app: App, args: Args<typeof EXEC_OPTIONS>): Promise<number> {
  const argv = wordsAfterDashes(args)
  const nodes = [...(args.node ?? []), ...(args.nodes ?? [])]
  const hint = 'klab exec --all -- uptime; klab exec NODE -- uptime'
  if (argv.length === 0) throw new UsageError(english('exec: name a command, after --'), { hint })
  if (args.all === true ? nodes.length > 0 : nodes.length === 0)
    throw new UsageError(english('exec: name nodes, or use --all'), { hint })
  const { timeout } = args
  if (timeout !== undefined && !(timeout > 0 && timeout <= MOST_S))
    throw new UsageError(english('exec: --timeout: seconds, more than 0 and up to {most}', { most: MOST_S }), { hint })
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000
  const lab = await labOf(app, args)
  const onLine = (node: string, line: string, from: 'stdout' | 'stderr'): void => {
    // With only one node, lines need no name.
    app[from].write(nodes.length === 1 ? `${line}\n` : `${node} | ${line}\n`)
  }
  const report = await lab.execAll(args.all ? undefined : nodes, argv, { timeoutMs, ...(args.json ? {} : { onLine }) })
  if (args.json) printJson(app, report)
  else for (const n of report.nodes) if (n.error !== null) app.stderr.write(`${n.node}: ${translated(n.error)}\n`)
  return report.exitCode
}
