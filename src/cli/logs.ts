/** `klab logs [NODE]`. */
import { UsageError, StateError } from '../errors.js'
import { readText } from '../host/files.js'
import { recordedLab } from '../lab/open.js'
import type { App } from './app.js'
import type { Args } from './command.js'

/** Prints the end of klab's log (JSON lines) or of a node's serial console. Throws UsageError, StateError. */
export async function runLogs(app: App, args: Args): Promise<number> {
  const { record, paths } = await recordedLab(app.env, args.file)
  const node = args['node'] as string | undefined
  const names = record.lab.nodes.map((n) => n.name)
  if (node !== undefined && !names.includes(node))
    throw new UsageError(`logs: ${node}: no such node; there are ${names.join(', ')}`)
  const lines = Number(args['lines'])
  if (!Number.isInteger(lines) || lines < 1) throw new UsageError('logs: --lines: a whole number from 1 on')
  const path = node === undefined ? paths.log : paths.node(node).console
  const text = await readText(path)
  if (text === undefined) throw new StateError(`${path}: nothing was logged yet`, { hint: 'klab up' })
  app.stdout.write(`${text.trimEnd().split('\n').slice(-lines).join('\n')}\n`)
  return 0
}
