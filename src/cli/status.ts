/** `klab status`. */
import { stateWords } from '../lab/machine-words.js'
import type { Status } from '../lab/status.js'
import { columns } from '../report/columns.js'
import { duration } from '../report/text.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { STATUS_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** ms; a younger answer is shown as a new one. */
const SHOWN_AGE_MS = 5000

const readyText = ({ ready, joined }: Status['nodes'][number]): string =>
  joined === false ? 'not in the cluster' : ready === null ? '-' : ready ? 'Ready' : 'NotReady'

/** The columns of the table: head, and the value for a node. */
const COLUMNS: Readonly<Record<string, (n: Status['nodes'][number]) => string>> = {
  NAME: (n) => n.name,
  ROLE: (n) => n.role ?? '-',
  IP: (n) => n.ip,
  STATE: (n) => n.state,
  CLUSTER: readyText,
  SSH: (n) => (n.sshPort === null ? '-' : `${n.sshHost ?? ''}:${n.sshPort}`),
}

/**
 * The nodes. A lab without a cluster has no roles. A narrow terminal gets no addresses: wrapped lines are hard to read.
 */
function table({ nodes, cluster }: Status, width: number): string {
  const inCluster = (head: string): boolean => cluster !== null || (head !== 'ROLE' && head !== 'CLUSTER')
  const made = [[], ['SSH'], ['SSH', 'IP']].map((without) => {
    const heads = Object.keys(COLUMNS).filter((head) => inCluster(head) && !without.includes(head))
    return columns([heads, ...nodes.map((n) => heads.map((head) => COLUMNS[head]?.(n) ?? ''))])
  })
  return made.find((text) => fits(text, width)) ?? made.at(-1) ?? ''
}

const fits = (text: string, width: number): boolean => text.split('\n').every((line) => line.length <= width)

/** The status in kubectl-like columns. `now`: ms since the epoch; `width`: that of the terminal. */
export function formatStatus(s: Status, now: number, width = Infinity): string {
  const { cluster } = s
  const server = `API server ${cluster?.apiServer ?? 'not up'}`
  const ready = `cluster: Kubernetes ${cluster?.version ?? ''}, ${readyCount(s, now)}`
  const line = `${ready}, ${server}`
  const shared = cluster?.endpoint == null ? '' : `the control planes share ${cluster.endpoint}\n`
  const last = cluster ? `\n${fits(line, width) ? line : `${ready}\n${server}`}\n${shared}` : ''
  const unfinished =
    s.unfinished === null
      ? ''
      : `\nklab ${s.unfinished} is running, or was killed; if it was killed, klab up finishes or undoes it\n`
  const opened = s.opened.map((o) => `${o.node} was changed with virsh: ${o.what}\n`).join('')
  const closing = opened === '' ? '' : `\n${opened}klab halt, then klab up undoes the change\n`
  const edited = s.edited ? '\nthe Labfile was edited since the last klab up; klab plan says what that changes\n' : ''
  const loggedOut =
    s.linger === null ? '' : `\nlogging out may have ended it; to keep a lab running after logout: ${s.linger}\n`
  const ends = `${unfinished}${closing}${edited}${loggedOut}`
  return `lab ${s.lab}: ${s.state}\n\n${table(s, width)}${last}${standing(s)}${left(s)}${ends}`
}

/** How many are Ready, and when that was. For paused nodes there is no count: nobody knows. */
function readyCount({ state, cluster }: Status, now: number): string {
  if (state === 'paused') return 'paused'
  if (state === 'stopped' || state === 'suspended') return 'off'
  if (!cluster || cluster.ready === null) return 'the API server does not answer'
  const age = cluster.seenAt ? now - Date.parse(cluster.seenAt) : 0
  return `${cluster.ready}/${cluster.total} Ready${age < SHOWN_AGE_MS ? '' : ` (${duration(age)} ago)`}`
}

/** Paused machines in a lab that should run, and what to do. */
function standing({ state, nodes }: Status): string {
  const stuck = nodes.filter((n) => n.stuck).map((n) => n.name)
  if (stuck.length > 0)
    return `\n${stuck.join(', ')} cannot write to disk: free space on this host (df -h), then klab up\n`
  if (state === 'paused') return '\nall machines are paused; klab up resumes them\n'
  if (state !== 'partial') return ''
  const still = nodes.filter((n) => n.state !== 'running')
  return `\n${still.map((n) => `${n.name} ${stateWords(n.state)}`).join(', ')}; klab up fixes that\n`
}

/** Nodes that run but are not in the cluster, and what to do. */
function left({ nodes, cluster }: Status): string {
  const gone = nodes.filter((n) => n.joined === false).map((n) => n.name)
  if (cluster === null || gone.length === 0) return ''
  const [are, them] = gone.length > 1 ? ['are', 'them'] : ['is', 'it']
  return `\n${gone.join(', ')} ${are} not in the cluster; klab up joins ${them} again\n`
}

/** What to type in this state. */
const NEXT: Readonly<Partial<Record<Status['state'], string>>> = {
  stopped: '\nklab up boots it\n',
  suspended: '\nklab resume wakes it\n',
}

/** Prints the status; 0 whatever it is. */
export async function runStatus(app: App, args: Args<typeof STATUS_OPTIONS>): Promise<number> {
  const status = await (await labOf(app, args)).status({ fresh: args.fresh })
  if (args.json) printJson(app, status)
  else {
    const next = NEXT[status.state] ?? ''
    app.stdout.write(`${formatStatus(status, app.clock.now(), app.stdout.columns)}${next}`)
  }
  return 0
}
