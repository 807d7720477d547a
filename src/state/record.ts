/**
 * lab.json: what a lab was made from and where it listens. Read by `status`, so checked by hand: a schema library costs
 * too much to load.
 */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists, makeDir, readJson, writeAtomic } from '../host/files.js'
import type { BundleChoice, Lab } from '../labfile/model.js'
import type { LabPaths } from './paths.js'
import type { Digest } from '../host/digest.js'
import { isObject } from '../host/json.js'

/** Ports on 127.0.0.1 (user mode networking; see endpoints.ts). */
export interface NodePorts {
  readonly ssh: number
  /** Of the API server; control plane only. */
  readonly api?: number
}

export interface LabRecord {
  readonly version: 1
  /** paths.ts: labId(). */
  readonly id: string
  readonly name: string
  /** Absolute path. */
  readonly labfile: string
  /** The folder that the Labfile is in (host/files.ts: folderMark): found again after a rename. */
  readonly folder?: string | undefined
  readonly labfileSha256: Digest
  readonly lab: Lab
  /** As settled, not `auto`. */
  readonly uri: string
  readonly accel: 'kvm' | 'tcg'
  /** What `bundle: auto` became, so that the lab keeps it. */
  readonly bundle?: BundleChoice
  readonly ports: Readonly<Record<string, NodePorts>>
  /** ISO 8601. */
  readonly createdAt: string
  /**
   * The lab before its Labfile changed, while `up` is taking that over: guests that were there know names and keys of
   * then.
   */
  readonly applying?: Lab | undefined
  /** The last phase that a whole `up` finished. */
  readonly completedUntil?: string | undefined
  /**
   * Node → the overlay that it runs from; without an entry: the first one (NodePaths.disk). A snapshot moves all nodes
   * on.
   */
  readonly disks?: Readonly<Record<string, string>>
  /** The snapshot that the lab's present state came from. */
  readonly snapshot?: string | null
  /** The snapshot that the lab sleeps on (`klab suspend`); it does while this is its state too (`sleepsOn`). */
  readonly asleep?: string
  /** Its guests were restored and have not been told the time yet: clocks, and tokens that have ended meanwhile. */
  readonly unsettled?: boolean
  /**
   * The lab that this one was made from, by a sealed lab: its guests know their cards and their seed's instance id from
   * there.
   */
  readonly origin?: { readonly id: string; /** Of the sealed lab. */ readonly seal: Digest }
  /**
   * What the machines of a lab that came sealed start from: the image under their disks, how they boot, the bundle's
   * disk. Else made or found by key.
   */
  readonly image?: SealedImage
}

/** Absolute paths. */
export interface SealedImage {
  /** What the nodes' disks stand on; undefined: on nothing. */
  readonly disk?: string
  readonly boot:
    | { readonly kind: 'direct'; readonly kernel: string; readonly initrd: string; readonly cmdline: string }
    | { readonly kind: 'disk' }
  /** The bundle's disk. */
  readonly iso?: string
}

/** The id that MAC addresses and instance ids follow from. */
export const identityOf = (record: LabRecord): string => record.origin?.id ?? record.id

/** The overlay that a node runs from. */
export const diskOf = (record: LabRecord, paths: LabPaths, node: string): string =>
  record.disks?.[node] ?? paths.node(node).disk

/**
 * The snapshot that a lab whose machines are off sleeps on; undefined: it does not, or has gone to another state
 * since.
 */
export const sleepsOn = ({ asleep, snapshot }: LabRecord): string | undefined =>
  asleep !== undefined && asleep === snapshot ? asleep : undefined

/** Whether there is an API server to ask. */
export const hasCluster = async (record: LabRecord, paths: LabPaths): Promise<boolean> =>
  record.lab.kubernetes !== undefined && (await exists(paths.kubeconfig))

/** The record at `path`; undefined when it is missing, cut short, of another version or not a record. */
export async function readRecord(path: string): Promise<LabRecord | undefined> {
  const data = await readJson(path).catch(() => undefined)
  return isRecord(data) ? data : undefined
}

/** Writes the record in one step (temporary sibling, rename); makes its folder. */
export async function writeRecord(path: string, record: LabRecord): Promise<void> {
  await makeDir(dirname(path))
  await writeAtomic(path, `${JSON.stringify(record, undefined, 2)}\n`)
}

/** All labs of this user that have a readable record; `stateDir` is Roots.state. */
export async function listRecords(stateDir: string): Promise<readonly LabRecord[]> {
  const labs = join(stateDir, 'labs')
  const ids = await readdir(labs).catch(() => [])
  // One with a dot is being made.
  const complete = ids.filter((id) => !id.startsWith('.')).sort()
  const records = await Promise.all(complete.map((id) => readRecord(join(labs, id, 'lab.json'))))
  return records.filter((r) => r !== undefined)
}

function isRecord(data: unknown): data is LabRecord {
  if (!isObject(data) || data['version'] !== 1) return false
  const texts = ['id', 'name', 'labfile', 'labfileSha256', 'uri', 'accel', 'createdAt']
  const { lab, ports } = data
  return (
    texts.every((key) => typeof data[key] === 'string') &&
    isObject(lab) &&
    Array.isArray(lab['nodes']) &&
    lab['nodes'].every((n) => isObject(n) && typeof n['name'] === 'string') &&
    isObject(ports) &&
    Object.values(ports).every((p) => isObject(p) && Number.isInteger(p['ssh']))
  )
}
