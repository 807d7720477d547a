/** `klab status`. */
import { stateWords } from '../lab/machine-words.js'
import type { Status } from '../lab/status.js'
import { columns } from '../report/columns.js'
import { duration, width } from '../report/text.js'
import { say, translated, type Text } from '../words/say.js'
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
function table({ nodes, cluster }: Status, room: number): string {
  const inCluster = (head: string): boolean => cluster !== null || (head !== 'ROLE' && head !== 'CLUSTER')
  const made = [[], ['SSH'], ['SSH', 'IP']].map((without) => {
    const heads = Object.keys(COLUMNS).filter((head) => inCluster(head) && !without.includes(head))
    return columns([
      heads.map((head) => translated(head)),
      ...nodes.map((n) => heads.map((head) => COLUMNS[head]?.(n) ?? '')),
    ])
  })
  return made.find((text) => fits(text, room)) ?? made.at(-1) ?? ''
}

const fits = (text: string, columns: number): boolean => text.split('\n').every((line) => width(line) <= columns)

/** The status in kubectl-like columns. `now`: ms since the epoch; `columns`: those of the terminal. */
export function formatStatus(s: Status, now: number, columns = Infinity): string {
  const { cluster } = s
  const server = say('API server {address}', { address: cluster?.apiServer ?? say('not up') })
  const ready = say('cluster: Kubernetes {version}, {state}', {
    version: cluster?.version ?? '',
    state: readyCount(s, now),
  })
  const line = `${ready}${say(', ')}${server}`
  const shared =
    cluster?.endpoint == null ? '' : `${say('the control planes share {endpoint}', { endpoint: cluster.endpoint })}\n`
  const last = cluster ? `\n${fits(line, columns) ? line : `${ready}\n${server}`}\n${shared}` : ''
  const head = say('lab {lab}: {state}', { lab: s.lab, state: s.state })
  return `${head}\n\n${table(s, columns)}${last}${standing(s)}${left(s)}${happened(s)}`
}

/** What somebody or something did to the lab besides klab, and what follows from it. */
function happened({ unfinished, opened, edited, linger }: Status): string {
  const changed = opened.map(({ node, what }) => say('{node} was changed with virsh: {what}', { node, what }))
  const parts = [
    ...(unfinished === null
      ? []
      : [
          say('klab {verb} is running, or was killed; if it was killed, klab up finishes or undoes it', {
            verb: unfinished,
          }),
        ]),
    ...(changed.length === 0 ? [] : [[...changed, say('klab halt, then klab up undoes the change')].join('\n')]),
    ...(edited ? [say('the Labfile was edited since the last klab up; klab plan says what that changes')] : []),
    ...(linger === null
      ? []
      : [say('logging out may have ended it; to keep a lab running after logout: {command}', { command: linger })]),
  ]
  return parts.map((text) => `\n${text}\n`).join('')
}

/** How many are Ready, and when that was. For paused nodes there is no count: nobody knows. */
function readyCount({ state, cluster }: Status, now: number): string {
  if (state === 'paused') return say('paused')
  if (state === 'stopped' || state === 'suspended') return say('off')
  if (!cluster || cluster.ready === null) return say('the API server does not answer')
  const age = cluster.seenAt ? now - Date.parse(cluster.seenAt) : 0
  const count = `${cluster.ready}/${cluster.total}`
  return age < SHOWN_AGE_MS ? `${count} Ready` : say('{count} Ready ({age} ago)', { count, age: duration(age) })
}

/** Paused machines in a lab that should run, and what to do. */
function standing({ state, nodes }: Status): string {
  const stuck = nodes.flatMap((n) => (n.stuck ? [n.name] : [])).join(', ')
  if (stuck !== '')
    return `\n${say('{nodes} cannot write to disk: free space on this host (df -h), then klab up', { nodes: stuck })}\n`
  if (state === 'paused') return `\n${say('all machines are paused; klab up resumes them')}\n`
  if (state !== 'partial') return ''
  const still = nodes.filter((n) => n.state !== 'running').map((n) => `${n.name} ${translated(stateWords(n.state))}`)
  return `\n${say('{nodes}; klab up fixes that', { nodes: still.join(say(', ')) })}\n`
}

/** Nodes that run but are not in the cluster, and what to do. */
function left({ nodes, cluster }: Status): string {
  const gone = nodes.filter((n) => n.joined === false).map((n) => n.name)
  if (cluster === null || gone.length === 0) return ''
  const names = { nodes: gone.join(', ') }
  return `\n${
    gone.length > 1
      ? say('{nodes} are not in the cluster; klab up joins them again', names)
      : say('{nodes} is not in the cluster; klab up joins it again', names)
  }\n`
}

/** What to type in this state. */
const NEXT: Readonly<Partial<Record<Status['state'], Text>>> = {
  stopped: 'klab up boots it',
  suspended: 'klab resume wakes it',
}

/** Prints the status; 0 whatever it is. */
export async function runStatus(app: App, args: Args<typeof STATUS_OPTIONS>): Promise<number> {
  const status = await (await labOf(app, args)).status({ fresh: args.fresh })
  if (args.json) printJson(app, status)
  else {
    const next = NEXT[status.state]
    const text = formatStatus(status, app.clock.now(), app.stdout.columns)
    app.stdout.write(next === undefined ? text : `${text}\n${translated(next)}\n`)
  }
  return 0
}
