/** `klab status`. */
import type { Status } from '../lab/status.js'
import { columns } from '../report/columns.js'
import { duration } from '../report/text.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { STATUS_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** ms; a younger answer is shown as one of now. */
const SHOWN_AGE_MS = 5000

const readyText = (ready: boolean | null): string => (ready === null ? '-' : ready ? 'Ready' : 'NotReady')

/** The status as kubectl-like columns. */
export function formatStatus(s: Status, now: number): string {
  const rows = s.nodes.map((n) => [
    n.name,
    n.role,
    n.ip,
    n.state,
    readyText(n.ready),
    n.sshPort === null ? '-' : `${n.sshHost ?? ''}:${n.sshPort}`,
  ])
  const { cluster } = s
  const age = cluster?.seenAt ? now - Date.parse(cluster.seenAt) : 0
  const seen = age < SHOWN_AGE_MS ? '' : ` (${duration(age)} ago)`
  const last = cluster
    ? `\ncluster: Kubernetes ${cluster.version}, ${cluster.ready}/${cluster.total} Ready${seen}, ` +
      `API server ${cluster.apiServer ?? 'not up'}\n`
    : ''
  const unfinished =
    s.unfinished === null
      ? ''
      : `\nklab ${s.unfinished} is under way, or was killed: klab up then finishes or undoes it\n`
  const opened = s.opened.map((o) => `${o.node} was changed with virsh: ${o.what}\n`).join('')
  const closing = opened === '' ? '' : `\n${opened}klab halt, then klab up makes it as it was\n`
  const nodes = columns([['NAME', 'ROLE', 'IP', 'STATE', 'CLUSTER', 'SSH'], ...rows])
  return `lab ${s.lab}: ${s.state}\n\n${nodes}${last}${unfinished}${closing}`
}

/** Prints the status; 0 whatever it is. */
export async function runStatus(app: App, args: Args<typeof STATUS_OPTIONS>): Promise<number> {
  const status = await (await labOf(app, args)).status({ fresh: args.fresh })
  if (args.json) printJson(app, status)
  else app.stdout.write(formatStatus(status, app.clock.now()))
  return 0
}
