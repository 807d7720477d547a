/** `klab status`: what libvirt and the API server say now. On the quick path: nothing heavy is loaded here. */
import { nodeConditions } from '../guest/api.js'
import { exists } from '../host/files.js'
import type { Hypervisor, MachineState } from '../hypervisor/types.js'
import type { Lab, Role } from '../labfile/model.js'
import { domainName } from '../phases/names.js'
import type { LabPaths } from '../store/paths.js'
import type { LabRecord } from '../store/record.js'

export type LabState = 'absent' | 'running' | 'partial' | 'paused' | 'stopped'

/** `klab status --json`: a contract for scripts. */
export interface Status {
  readonly lab: string
  readonly state: LabState
  readonly nodes: readonly {
    readonly name: string
    readonly role: Role
    readonly ip: string
    readonly state: MachineState
    /** null: not known (no cluster yet, or the API server does not answer). */
    readonly ready: boolean | null
    readonly sshPort: number | null
  }[]
  readonly cluster: { readonly version: string; readonly ready: number; readonly total: number; readonly apiServer: string | null } | null
}

/** How long status waits for the API server, ms: a busy one under emulation has been seen to take 3 s and more; one that is down refuses at once. */
const API_TIMEOUT_MS = 10_000

function overall(states: readonly MachineState[]): LabState {
  const all = (s: MachineState): boolean => states.every((x) => x === s)
  if (all('absent')) return 'absent'
  if (all('running')) return 'running'
  if (all('paused')) return 'paused'
  return states.some((s) => s === 'running' || s === 'paused') ? 'partial' : 'stopped'
}

/** The status of a lab that has a record. Throws HostError when libvirt can't be reached. */
export async function readStatus(world: { hypervisor: Pick<Hypervisor, 'list'> }, record: LabRecord, paths: LabPaths): Promise<Status> {
  const { lab, ports } = record
  const hasConfig = lab.kubernetes !== undefined && (await exists(paths.kubeconfig))
  const [machines, conditions] = await Promise.all([
    world.hypervisor.list(),
    hasConfig ? nodeConditions(paths.kubeconfig, API_TIMEOUT_MS) : undefined,
  ])
  const states = new Map(machines.map((m) => [m.name, m.state]))
  const nodes = lab.nodes.map((n) => {
    const state = states.get(domainName(record.id, n.name)) ?? 'absent'
    return {
      name: n.name,
      role: n.role,
      ip: n.ip,
      state,
      ready: state === 'running' && conditions ? (conditions.get(n.name) ?? false) : null,
      sshPort: ports[n.name]?.ssh ?? null,
    }
  })
  const api = Object.values(ports).find((p) => p.api !== undefined)?.api
  const cluster = lab.kubernetes
    ? {
        version: lab.kubernetes.version,
        ready: nodes.filter((n) => n.ready).length,
        total: nodes.length,
        apiServer: hasConfig && api !== undefined ? `https://127.0.0.1:${api}` : null,
      }
    : null
  return { lab: lab.name, state: overall(nodes.map((n) => n.state)), nodes, cluster }
}

/** The status of a lab that was never brought up. */
export function absentStatus(lab: Lab): Status {
  return {
    lab: lab.name,
    state: 'absent',
    nodes: lab.nodes.map((n) => ({ name: n.name, role: n.role, ip: n.ip, state: 'absent', ready: null, sshPort: null })),
    cluster: lab.kubernetes ? { version: lab.kubernetes.version, ready: 0, total: lab.nodes.length, apiServer: null } : null,
  }
}
