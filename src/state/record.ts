/**
 * lab.json: what a lab was made from and where it listens. `status` reads it, so it is checked without a schema
 * library, which takes too long to load.
 */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists, makeDir, readJson, writeAtomic } from '../host/files.js'
import type { BundleChoice, Lab } from '../labfile/model.js'
import type { ExtraImages } from './extra-images.js'
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
  /** The folder of the Labfile (host/files.ts: folderMark), so that it is found again after a rename. */
  readonly folder?: string | undefined
  readonly labfileSha256: Digest
  readonly lab: Lab
  /** The final value, not `auto`. */
  readonly uri: string
  readonly accel: 'kvm' | 'tcg'
  /** What `bundle: auto` became, so that the lab keeps it. */
  readonly bundle?: BundleChoice
  readonly ports: Readonly<Record<string, NodePorts>>
  /** ISO 8601. */
  readonly createdAt: string
  /** The lab before its Labfile changed, while `up` applies the change: its guests know only the old names and keys. */
  readonly applying?: Lab | undefined
  /** The last phase that an `up` of the whole lab has finished. */
  readonly completedUntil?: string | undefined
  /**
   * Node → its present overlay; without an entry: the first one (NodePaths.disk). A snapshot moves all nodes to new
   * ones.
   */
  readonly disks?: Readonly<Record<string, string>>
  /** The snapshot from which the lab's present state came. */
  readonly snapshot?: string | null
  /** The snapshot that the lab sleeps on (`klab suspend`). It sleeps only while this is also its state (`sleepsOn`). */
  readonly asleep?: string
  /** Its guests were restored, and klab has not yet set their clocks and renewed expired tokens. */
  readonly unsettled?: boolean
  /**
   * The original lab, if this one was made from a sealed lab: its guests have their cards and instance ids from there.
   */
  readonly origin?: { readonly id: string; /** Of the sealed lab. */ readonly seal: Digest }
  /**
   * What the machines of a sealed lab start from: the image under their disks, how they boot, the bundle's disk. In
   * other labs these are made or found by key.
   */
  readonly image?: SealedImage
}

/** Absolute paths. */
export interface SealedImage {
  /** The image under the nodes' disks; undefined: none. */
  readonly disk?: string
  readonly boot:
    | { readonly kind: 'direct'; readonly kernel: string; readonly initrd: string; readonly cmdline: string }
    | { readonly kind: 'disk' }
  /** The bundle's disk. */
  readonly iso?: string
  /** Images that were added to the lab before it was sealed. */
  readonly extra?: readonly ExtraImages[]
}

/** The id from which MAC addresses and instance ids are made. */
export const identityOf = (record: LabRecord): string => record.origin?.id ?? record.id

/** The overlay that a node uses. */
export const diskOf = (record: LabRecord, paths: LabPaths, node: string): string =>
  record.disks?.[node] ?? paths.node(node).disk

/**
 * The snapshot that a lab sleeps on while its machines are off; undefined: it does not sleep, or it has another state
 * since.
 */
export const sleepsOn = ({ asleep, snapshot }: LabRecord): string | undefined =>
  asleep !== undefined && asleep === snapshot ? asleep : undefined

/** Whether there is an API server to ask. */
export const hasCluster = async (record: LabRecord, paths: LabPaths): Promise<boolean> =>
  record.lab.kubernetes !== undefined && (await exists(paths.kubeconfig))

/** The record at `path`; undefined if it is missing, cut short, of another version or not a record. */
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
  // A folder with a dot is still being made.
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
