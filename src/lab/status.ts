/** `klab status`: what libvirt and the API server say now. On the quick path: nothing heavy is loaded here. */
import type { Clock } from '../host/types.js'
import type { Hypervisor, Machine, MachineState } from '../hypervisor/types.js'
import { apiNodes, sharedEndpoint } from '../cluster/topology.js'
import type { Lab, Role } from '../labfile/model.js'
import { boundsOf, domainName, machineUuid } from '../node/names.js'
import { readJournal } from '../snapshot/journal.js'
import type { LabPaths } from '../state/paths.js'
import { apiServers } from '../node/api-server.js'
import { sshEndpoint } from '../state/endpoints.js'
import { hasCluster, sleepsOn, type LabRecord } from '../state/record.js'
import { API_TIMEOUT_MS, askReadiness, askUnless, glanceReadiness, type Ask, type Readiness } from '../api/readiness.js'

export type LabState = 'absent' | 'running' | 'partial' | 'paused' | 'stopped' | 'suspended'

/** `klab status --json`: a contract for scripts. */
export interface Status {
  readonly lab: string
  readonly state: LabState
  readonly nodes: readonly {
    readonly name: string
    /** null: the lab has no cluster. */
    readonly role: Role | null
    readonly ip: string
    readonly state: MachineState
    /** Its disk could not be written (usually because the host's is full), so QEMU has paused it. */
    readonly stuck: boolean
    /** null: not known (no cluster yet, or the API server does not answer). */
    readonly ready: boolean | null
    /** Whether the API server knows such a node; null: like `ready`. */
    readonly joined: boolean | null
    /** Where the host reaches the node's sshd. */
    readonly sshHost: string | null
    readonly sshPort: number | null
  }[]
  readonly cluster: {
    readonly version: string
    /** How many are Ready; null: not known, because the API server is paused or does not answer. */
    readonly ready: number | null
    readonly total: number
    readonly apiServer: string | null
    /** The address that several control planes share in the lab's network, `HOST:PORT`; null with one. */
    readonly endpoint: string | null
    /** When `ready` was true, ISO 8601; null: never asked. */
    readonly seenAt: string | null
  } | null
  /** A snapshot verb that another klab runs, or that was killed (`snapshot save lesson-2`); null: none. */
  readonly unfinished: string | null
  /** Nodes that somebody has changed so that they can reach more than klab allows, or be reached from more. */
  readonly opened: readonly { readonly node: string; readonly what: string }[]
  /** The Labfile differs from the one that the last `up` read. `plan` says what that changes, if anything. */
  readonly edited: boolean
  /** The lab is off, and a log-out may have ended it: the command that lets a lab outlive one. Otherwise null. */
  readonly linger: string | null
}

/** ms that a glance gives the API server. With KVM it answers in 10, under emulation in 100 to 3000. */
const GLANCE_MS = 50

/** The lab's state for these machine states. */
export function overall(states: readonly MachineState[]): LabState {
  const all = (s: MachineState): boolean => states.every((x) => x === s)
  if (all('absent')) return 'absent'
  if (all('running')) return 'running'
  if (all('paused')) return 'paused'
  return states.some((s) => s === 'running' || s === 'paused') ? 'partial' : 'stopped'
}

/** What readStatus and glanceStatus read from. */
export interface StatusWorld {
  readonly hypervisor: Pick<Hypervisor, 'list' | 'openings'>
  readonly clock: Clock
  /** Tests pass their own API server. */
  readonly ask?: Ask
  /** Ends the wait for the API server. */
  readonly signal?: AbortSignal
}

/** The status of a lab that has a record. Waits for the API server. Throws HostError if libvirt can't be reached. */
export async function readStatus(world: StatusWorld, record: LabRecord, paths: LabPaths): Promise<Status> {
  const ask = () => askReadiness(paths, world.clock, API_TIMEOUT_MS, askUnless(world.signal, world.ask))
  const { asked, ...found } = await look(world, record, paths, ask)
  return statusFrom(record, found, asked)
}

/**
 * Like readStatus, but within 0.2 s: if the API server is slow, its last answer is shown, and `behind` says so. If
 * there is no last answer, it waits.
 */
export async function glanceStatus(
  world: StatusWorld,
  record: LabRecord,
  paths: LabPaths,
): Promise<{ status: Status; behind: boolean }> {
  const ask = () => glanceReadiness(paths, world.clock, GLANCE_MS, world.ask)
  const { asked, ...found } = await look(world, record, paths, ask)
  if (found.answers && !asked) return { status: await readStatus(world, record, paths), behind: false }
  return { status: statusFrom(record, found, asked?.seen), behind: asked?.now === false }
}

/** Looks at everything at once; `ask`: the API server, if it can answer. */
async function look<T>(
  world: StatusWorld,
  record: LabRecord,
  paths: LabPaths,
  ask: () => Promise<T>,
): Promise<Findings & { readonly asked: T | undefined }> {
  const hasConfig = await hasCluster(record, paths)
  const listed = world.hypervisor.list()
  const answers = listed.then((machines) => hasConfig && apiRuns(record, machines))
  const [machines, opened, asked, unfinished] = await Promise.all([
    listed,
    openedNodes(world, record, paths),
    answers.then((may) => (may ? ask() : undefined)),
    unfinishedVerb(paths),
  ])
  return { machines, opened, hasConfig, answers: await answers, unfinished, asked }
}

/** What the journal of the snapshot verbs says. If it cannot be read, the next snapshot verb refuses. */
async function unfinishedVerb(paths: LabPaths): Promise<string | null> {
  const journal = await readJournal(paths).catch(() => undefined)
  if (!journal) return null
  return journal.op === 'save' ? `snapshot save ${journal.manifest.name}` : 'snapshot restore'
}

/** Which nodes were opened, and how. */
export async function openedNodes(
  world: Pick<StatusWorld, 'hypervisor'>,
  { id, lab }: LabRecord,
  paths: Pick<LabPaths, 'closed'>,
): Promise<Status['opened']> {
  const uuids = lab.nodes.map((n) => machineUuid(id, n.name))
  const found = await world.hypervisor.openings(uuids, boundsOf(id, lab), paths.closed)
  return lab.nodes.flatMap(({ name }, i) => (found.get(uuids[i] ?? '') ?? []).map((what) => ({ node: name, what })))
}

/** Whether a control plane's machine runs. A paused one does not refuse connections, it lets the client wait. */
function apiRuns({ id, lab }: LabRecord, machines: readonly Machine[]): boolean {
  const running = new Set(machines.filter((m) => m.state === 'running').map((m) => m.name))
  return apiNodes(lab).some((node) => running.has(domainName(id, node)))
}

/** What was found. */
interface Findings {
  readonly machines: readonly Machine[]
  readonly opened: Status['opened']
  /** The lab has a kubeconfig. */
  readonly hasConfig: boolean
  /** A machine runs that can answer for the cluster. */
  readonly answers: boolean
  readonly unfinished: string | null
}

/** The API server of the first control plane that runs; if none runs, of the first. */
function runningServer(record: LabRecord, nodes: Status['nodes']): string | undefined {
  const servers = apiServers(record)
  const running = new Set(nodes.filter((n) => n.state === 'running').map((n) => n.name))
  return servers[apiNodes(record.lab).findIndex((name) => running.has(name))] ?? servers[0]
}

function statusFrom(record: LabRecord, found: Findings, seen: Readiness | undefined): Status {
  const { machines, opened, hasConfig, unfinished } = found
  const { lab } = record
  const known = new Map(machines.map((m) => [m.name, m]))
  const nodes = lab.nodes.map((n) => {
    const machine = known.get(domainName(record.id, n.name))
    const state = machine?.state ?? 'absent'
    const ssh = sshEndpoint(record, n.name)
    return {
      name: n.name,
      role: lab.kubernetes ? n.role : null,
      ip: n.ip,
      state,
      stuck: machine?.stuck === true,
      ready: state === 'running' && seen?.ready ? (seen.ready[n.name] ?? false) : null,
      joined: state === 'running' && seen?.ready ? n.name in seen.ready : null,
      sshHost: ssh?.host ?? null,
      sshPort: ssh?.port ?? null,
    }
  })
  const cluster = lab.kubernetes
    ? {
        version: lab.kubernetes.version,
        ready: hasConfig && !seen?.ready ? null : nodes.filter((n) => n.ready).length,
        total: nodes.length,
        apiServer: hasConfig ? (runningServer(record, nodes) ?? null) : null,
        endpoint: sharedEndpoint(lab),
        seenAt: seen?.at ?? null,
      }
    : null
  const machinesAre = overall(nodes.map((n) => n.state))
  const state = machinesAre === 'stopped' && sleepsOn(record) !== undefined ? 'suspended' : machinesAre
  return { lab: lab.name, state, nodes, cluster, unfinished, opened, edited: false, linger: null }
}

/** The status of a lab that was never brought up. */
export function absentStatus(lab: Lab): Status {
  return {
    lab: lab.name,
    state: 'absent',
    nodes: lab.nodes.map((n) => ({
      name: n.name,
      role: lab.kubernetes ? n.role : null,
      ip: n.ip,
      state: 'absent',
      stuck: false,
      ready: null,
      joined: null,
      sshHost: null,
      sshPort: null,
    })),
    cluster: lab.kubernetes
      ? {
          version: lab.kubernetes.version,
          ready: 0,
          total: lab.nodes.length,
          apiServer: null,
          endpoint: sharedEndpoint(lab),
          seenAt: null,
        }
      : null,
    unfinished: null,
    opened: [],
    edited: false,
    linger: null,
  }
}
