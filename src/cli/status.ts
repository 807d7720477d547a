/** `klab status`. */
import { findLab, readLab } from '../lab/open.js'
import { claimAsk } from '../api/readiness.js'
import { absentStatus, glanceStatus, readStatus, type Status } from '../lab/status.js'
import { columns } from '../report/columns.js'
import { duration } from '../report/text.js'
import { labPaths, roots } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'

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
    ? `\ncluster: Kubernetes ${cluster.version}, ${cluster.ready}/${cluster.total} Ready${seen}, API server ${cluster.apiServer ?? 'not up'}\n`
    : ''
  const unfinished =
    s.unfinished === null
      ? ''
      : `\nklab ${s.unfinished} is under way, or was killed: klab up then finishes or undoes it\n`
  return `lab ${s.lab}: ${s.state}\n\n${columns([['NAME', 'ROLE', 'IP', 'STATE', 'CLUSTER', 'SSH'], ...rows])}${last}${unfinished}`
}

/**
 * The status that the options ask for. A glance that shows an older answer has the next one fetched behind the user's
 * back.
 */
async function look(app: App, args: Args, record: LabRecord, labfile: string): Promise<Status> {
  const paths = labPaths(roots(app.env), record.id)
  const world = { hypervisor: await app.hypervisor(record.uri), clock: app.clock }
  if (args['fresh']) return readStatus(world, record, paths)
  const { status, behind } = await glanceStatus(world, record, paths)
  if (behind && (await claimAsk(paths, app.clock))) await app.detached(['-f', labfile, 'status', '--fresh', '--json'])
  return status
}

/** Prints the status; 0 whatever it is. */
export async function runStatus(app: App, args: Args): Promise<number> {
  const { record, labfile } = await findLab(app.env, args.file)
  const status = record ? await look(app, args, record, labfile) : absentStatus((await readLab(app.env, args.file)).lab)
  if (args['json']) printJson(app, status)
  else app.stdout.write(formatStatus(status, app.clock.now()))
  return 0
}
