/** `klab ssh`: the system's own ssh with the lab's keys and pinned host keys. */
import { StateError, UsageError } from '../errors.js'
import { recordedLab } from '../lab/open.js'
import { exists } from '../host/files.js'
import type { App } from './app.js'
import type { Args } from './command.js'

/** Runs ssh; its exit status. Throws UsageError, StateError. */
export async function runSsh(app: App, args: Args): Promise<number> {
  const [, node, ...rest] = args._.map(String)
  const { record, paths } = await recordedLab(app.env, args.file)
  const names = record.lab.nodes.map((n) => n.name)
  if (node === undefined) throw new UsageError('ssh: name a node', { hint: `klab ssh ${names[0] ?? 'NODE'}` })
  if (!names.includes(node)) throw new UsageError(`ssh: ${node}: no such node; there are ${names.join(', ')}`)
  if (!(await exists(paths.sshConfig))) throw new StateError(`${node}: the lab is not booted yet`, { hint: 'klab up' })
  const command = rest[0] === '--' ? rest.slice(1) : rest
  return app.foreground(['ssh', '-F', paths.sshConfig, node, ...(command.length ? ['--', ...command] : [])])
}
