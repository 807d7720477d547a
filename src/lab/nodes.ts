/** `klab node`: adds, removes and drains nodes ad hoc. Never writes the Labfile. */
import { stringify } from 'yaml'
import { apiNodes } from '../cluster/topology.js'
import { DriftError, LabfileError, StateError, UsageError } from '../errors.js'
import { exists, readText } from '../host/files.js'
import { ipToNumber, numberToIp } from '../labfile/cidr.js'
import { parseLabfile } from '../labfile/load.js'
import type { Lab, NodeSpec } from '../labfile/model.js'
import { steadyKubectl } from '../node/kubectl.js'
import { drainArgs } from '../phases/leave.js'
import { consequencesOf } from '../plan/changes.js'
import { note } from '../report/events.js'
import { english } from '../words/say.js'
import { NEW_LAB_HINT, type Confirm } from './apply.js'
import { bring, changedLab } from './changed-lab.js'
import type { LabContext } from './context.js'
import type { Status } from './status.js'
import { requireNode } from './reach.js'
import { createRun } from './up-phases.js'

export interface NewNode {
  readonly name: string
  /** Default: the one after the highest. */
  readonly ip?: string | undefined
  /** Defaults: those of the lab's last node. */
  readonly cpus?: number | undefined
  /** With a unit, as in a Labfile: `4GiB`. */
  readonly memory?: string | undefined
  readonly disk?: string | undefined
}

export interface ChangedNodes {
  readonly status: Status
  /** What must be added to the Labfile, or removed from it. Otherwise the next `up` undoes the change. */
  readonly labfile: { readonly path: string; readonly lines: string }
}

/** A node in the form of a Labfile. */
const entryOf = ({ name, ip, cpus, memoryMiB, diskGiB }: NodeSpec) => ({
  name,
  ip,
  cpus,
  memory: `${memoryMiB}MiB`,
  disk: `${diskGiB}GiB`,
})

/** Its line in `nodes`. */
export function nodeLine(node: NodeSpec): string {
  const fields = Object.entries(entryOf(node)).map(([key, value]) => `${key}: ${value}`)
  return `  - { ${fields.join(', ')} }\n`
}

/** The address after the highest one of the lab that the control planes do not share. */
function nextIp({ nodes, kubernetes }: Lab): string {
  const next = Math.max(...nodes.map((n) => ipToNumber(n.ip) ?? 0)) + 1
  return numberToIp(numberToIp(next) === kubernetes?.apiEndpoint ? next + 1 : next)
}

/** The lab with one more worker, checked as a Labfile is. Throws UsageError. */
export function withNode(lab: Lab, o: NewNode): Lab {
  const last = lab.nodes.at(-1)
  if (!last) throw new TypeError('a lab without nodes')
  const given = Object.fromEntries(
    Object.entries({ cpus: o.cpus, memory: o.memory, disk: o.disk }).filter(([, value]) => value !== undefined),
  )
  const entry = { ...entryOf(last), name: o.name, ip: o.ip ?? nextIp(lab), ...given }
  if (entry.ip === lab.kubernetes?.apiEndpoint)
    throw new UsageError(
      english('{ip} is the address that the control planes share: take a free one', { ip: entry.ip }),
    )
  const { mode, cidr } = lab.network
  // Only nodes and network: the rest was checked when the lab was made.
  const text = stringify({
    name: lab.name,
    network: { mode, cidr },
    kubernetes: false,
    nodes: [...lab.nodes.map(entryOf), entry],
  })
  try {
    const made = parseLabfile(text, '/Labfile').nodes.at(-1)
    if (!made) throw new TypeError('no node')
    return { ...lab, nodes: [...lab.nodes, { ...made, role: 'worker' }] }
  } catch (error) {
    if (!(error instanceof LabfileError)) throw error
    const problems = error.issues.map((i) => `${i.field.replace(/^nodes\[\d+\]\.?/, '')}: ${i.message}`)
    throw new UsageError(english('node add: {problems}', { problems: problems.join('; ') }), {
      hint: 'klab node add --help',
    })
  }
}

/**
 * Adds a worker: boots it, joins it, waits until it is Ready. Throws UsageError, StateError, HostError, what `up`
 * throws.
 */
export async function addNode(c: LabContext, o: NewNode): Promise<ChangedNodes> {
  const open = await changedLab(c, (lab) => withNode(lab, o))
  const status = await bring(c, open)
  const listed = /^\s*"?nodes"?:/m.test((await readText(open.labfile).catch(() => undefined)) ?? '')
  // A Labfile without a list has the course's four nodes. Then all of them must be written.
  const lines = listed ? open.lab.nodes.slice(-1).map(nodeLine) : ['nodes:\n', ...open.lab.nodes.map(nodeLine)]
  return { status, labfile: { path: open.labfile, lines: lines.join('') } }
}

/**
 * Removes a worker: drains it, resets it, deletes it from the cluster, and removes its machine. `confirm` is asked
 * first; without it the answer is no. Throws UsageError, DriftError for a control plane, what `up` throws.
 */
export async function removeNode(
  c: LabContext,
  name: string,
  o: { readonly confirm?: Confirm | undefined; readonly yes?: boolean | undefined } = {},
): Promise<ChangedNodes> {
  const open = await changedLab(c, (lab) => {
    requireNode('node remove', { lab }, name)
    const without = { ...lab, nodes: lab.nodes.filter((n) => n.name !== name) }
    if (!apiNodes(lab).includes(name)) return without
    const message = english('node remove: {name} is a control plane, and those cannot leave a lab that is up', { name })
    throw new DriftError(message, consequencesOf(lab, without), { hint: NEW_LAB_HINT })
  })
  const status = await bring(c, open, o.yes === true ? () => true : o.confirm)
  const gone = open.record?.lab.nodes.filter((n) => n.name === name) ?? []
  return { status, labfile: { path: open.labfile, lines: gone.map(nodeLine).join('') } }
}

/** Drains a node: moves its pods elsewhere and lets no new ones come. Throws UsageError, StateError, CommandError. */
export async function drainNode(c: LabContext, name: string): Promise<void> {
  const open = await changedLab(c, (lab) => lab)
  const { record, lab, paths } = open
  requireNode('node drain', { lab }, name)
  if (!record || !lab.kubernetes) throw new StateError(english('no cluster in this Labfile (kubernetes: false)'))
  if (!(await exists(paths.kubeconfig)))
    throw new StateError(english('the lab has no cluster yet'), { hint: 'klab up' })
  const say = note(c.report)
  const run = createRun(await c.doors.world(lab), open, record, 'ready')
  const kubectl = await steadyKubectl(run, say)
  await kubectl(drainArgs(lab.kubernetes.version, name, 5 * run.profile.patience), { onLine: say })
}
