/** `klab up`. */
import { UsageError } from '../errors.js'
import type { Consequence } from '../lab/apply.js'
import type { UpResult } from '../lab/up.js'
import { english, say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { UP_OPTIONS } from './options.js'
import { withProgress } from './progress.js'
import { formatStatus } from './status.js'

/** Brings the lab up and prints its status. Throws what the lab's `up` throws. */
export async function runUp(app: App, args: Args<typeof UP_OPTIONS>): Promise<number> {
  const { until, from, seal, fresh, force, yes } = args
  const confirm = (changes: readonly Consequence[]): Promise<boolean> =>
    askToRemove(
      app,
      changes.flatMap((c) => c.leaves ?? []),
      'klab up --yes',
    )
  const result = await withProgress(app, args, (lab) =>
    lab.up({ until, from, seal, fresh, force, yes, confirm, diskOnly: args['disk-only'] }),
  )
  if (args.json) printJson(app, result.status)
  else {
    const text = result.already ? say('everything is up; nothing to do') : tryNext(result, args)
    app.stdout.write(`${formatStatus(result.status, app.clock.now(), app.stdout.columns)}\n${text}\n`)
  }
  return 0
}

/** Asks before nodes are removed. `hint`: the command that asks nothing. Throws UsageError without a terminal. */
export async function askToRemove(app: App, nodes: readonly string[], hint: string): Promise<boolean> {
  const names = nodes.join(', ')
  const answer = await app.ask(`${say('remove {names} with all its data? [y/N]', { names })} `)
  if (answer === undefined)
    throw new UsageError(english('{names} would be removed; klab must ask, and there is no terminal', { names }), {
      hint,
    })
  return /^y(es)?$/i.test(answer.trim())
}

/** What to type now. */
function tryNext({ status: { cluster, nodes }, kubeconfigPath }: UpResult, args: Args<typeof UP_OPTIONS>): string {
  const klab = `  klab${args.file === undefined ? '' : ` -f ${args.file}`}`
  const ssh = `${klab} ssh ${nodes[0]?.name ?? ''}`
  // `--from` may lead to a lesson's start, before there is an API server.
  const clusterUp = args.until === 'ready' && cluster?.apiServer !== null
  const kubectl = clusterUp && cluster ? [`${klab} kubectl get pods -A`] : []
  const kubeconfig = kubectl.length > 0 ? `kubeconfig: ${kubeconfigPath}\n` : ''
  const next = [...kubectl, ssh, `${klab} ${clusterUp ? 'destroy' : 'up'}`]
  return `${kubeconfig}${say('try next:')}\n${next.join('\n')}`
}
