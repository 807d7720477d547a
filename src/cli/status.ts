/** `klab status`. */
import { findLab, openLab } from '../lab/open.js'
import { absentStatus, readStatus, type Status } from '../lab/status.js'
import { columns } from '../report/columns.js'
import { labPaths, roots } from '../store/paths.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

const readyText = (ready: boolean | null): string => (ready === null ? '-' : ready ? 'Ready' : 'NotReady')

/** The status as kubectl-like columns. */
export function formatStatus(s: Status): string {
  const rows = s.nodes.map((n) => [n.name, n.role, n.ip, n.state, readyText(n.ready), n.sshPort === null ? '-' : `127.0.0.1:${n.sshPort}`])
  const cluster = s.cluster
    ? `\ncluster: Kubernetes ${s.cluster.version}, ${s.cluster.ready}/${s.cluster.total} Ready, API server ${s.cluster.apiServer ?? 'not up'}\n`
    : ''
  return `lab ${s.lab}: ${s.state}\n\n${columns([['NAME', 'ROLE', 'IP', 'STATE', 'CLUSTER', 'SSH'], ...rows])}${cluster}`
}

/** Prints the status; 0 whatever it is. */
export async function runStatus(app: App, args: Args): Promise<number> {
  const { record } = await findLab(app.env, args.file)
  const status = record
    ? await readStatus({ hypervisor: await app.hypervisor(record.uri) }, record, labPaths(roots(app.env), record.id))
    : absentStatus((await openLab(app.env, args.file)).lab)
  if (args['json']) printJson(app, status)
  else app.stdout.write(formatStatus(status))
  return 0
}
