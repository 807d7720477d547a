/** `klab list`: every lab of this user, wherever its Labfile is now. */
import { dirname } from 'node:path'
import { HostError, LockedError, StateError } from '../errors.js'
import { exists } from '../host/files.js'
import type { Machine, MachineState } from '../hypervisor/types.js'
import { domainName } from '../node/names.js'
import { listManifests } from '../snapshot/manifest.js'
import { labPaths, roots } from '../state/paths.js'
import { listRecords, readRecord, sleepsOn, type LabRecord } from '../state/record.js'
import { english } from '../words/say.js'
import type { LabContext } from './context.js'
import { destroy } from './destroy.js'
import { overall, type LabState } from './status.js'

export interface ListedLab {
  readonly id: string
  readonly lab: string
  /** null: libvirt does not answer. */
  readonly state: LabState | null
  readonly nodes: readonly { readonly name: string; readonly state: MachineState | null }[]
  readonly labfile: string
  /** Whether the Labfile is still there. */
  readonly labfileThere: boolean
  /** Its folder. */
  readonly folder: string
  /** How many snapshots would be removed with it. */
  readonly snapshots: number
  /** ISO 8601. */
  readonly createdAt: string
}

/** All labs that have a record, by name. If libvirt does not answer, the labs are shown all the same. */
export async function listLabs(c: LabContext): Promise<readonly ListedLab[]> {
  const records = await listRecords(roots(c.doors.env).state)
  const asked = new Map(
    await Promise.all([...new Set(records.map((r) => r.uri))].map(async (uri) => [uri, await ask(c, uri)] as const)),
  )
  const all = await Promise.all(records.map((r) => listed(c, r, asked.get(r.uri))))
  return all.sort((a, b) => a.id.localeCompare(b.id))
}

async function ask(c: LabContext, uri: string): Promise<readonly Machine[] | undefined> {
  const hypervisor = await c.doors.hypervisor(uri)
  return hypervisor.list().catch((error: unknown) => {
    if (!(error instanceof HostError)) throw error
    c.report({ type: 'warn', text: error.message })
    return undefined
  })
}

async function listed(c: LabContext, r: LabRecord, machines: readonly Machine[] | undefined): Promise<ListedLab> {
  const states = machines && new Map(machines.map((m) => [m.name, m.state]))
  const nodes = r.lab.nodes.map((n) => ({
    name: n.name,
    state: states ? (states.get(domainName(r.id, n.name)) ?? ('absent' as const)) : null,
  }))
  const are = states ? overall(nodes.map((n) => n.state ?? 'absent')) : null
  const manifests = await listManifests(labPaths(roots(c.doors.env), r.id)).catch(() => [])
  return {
    id: r.id,
    lab: r.name,
    state: are === 'stopped' && sleepsOn(r) !== undefined ? 'suspended' : are,
    nodes,
    labfile: r.labfile,
    labfileThere: await exists(r.labfile),
    folder: dirname(r.labfile),
    snapshots: manifests.filter((m) => m.kind !== 'auto').length,
    createdAt: r.createdAt,
  }
}

export interface Pruned {
  /** Ids of labs that are gone now. */
  readonly removed: readonly string[]
  /** Labs that another klab works on, or brought up since they were listed. */
  readonly busy: readonly string[]
}

/**
 * Removes the records of labs that have no machine left, with their keys, disks and snapshots. `confirm` is asked once,
 * with those labs; false: StateError. Throws HostError if libvirt does not answer for one of them.
 */
export async function pruneLabs(
  c: LabContext,
  o: { readonly confirm?: ((labs: readonly ListedLab[]) => boolean | Promise<boolean>) | undefined } = {},
): Promise<Pruned> {
  const gone = (await listLabs(c)).filter((l) => l.state === 'absent')
  if (gone.length > 0 && o.confirm && !(await o.confirm(gone))) throw new StateError(english('nothing was removed'))
  const [removed, busy]: [string[], string[]] = [[], []]
  for (const { id } of gone) {
    const paths = labPaths(roots(c.doors.env), id)
    const record = await readRecord(paths.record)
    if (!record) continue
    try {
      const world = await c.doors.world(record.lab)
      const target = { id, name: record.name, paths, network: record.lab.network }
      // While the user thinks about the question, an `up` may make its machines.
      const without = record.lab.nodes.map((n) => n.name)
      const gone = await destroy(world, target, c.report, { without })
      ;(gone ? removed : busy).push(id)
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      busy.push(id)
    }
  }
  return { removed, busy }
}
