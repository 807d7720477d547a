/**
 * Imports a sealed lab from a file. Everything goes to the staging folder first, where nobody sees it until all of it
 * is verified.
 */
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CorruptError, StateError } from '../errors.js'
import { readText } from '../host/files.js'
import { memoryOf, newId } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import type { World } from '../world.js'
import type { LabPaths } from '../state/paths.js'
import type { LabRecord } from '../state/record.js'
import { installLab, installSnapshot, openStaging, type StagedSeal } from './adopt.js'
import { rejoin } from './disks.js'
import { checkRoom } from './export.js'
import type { DiskOnly } from './fit.js'
import { findImage, keepImage } from './image.js'
import { KEY, KUBECONFIG, PUBLIC_KEY } from './names.js'
import { unpackSeal } from './read.js'
import type { SealedFacts, Progress } from './types.js'
import { english } from '../words/say.js'

export interface ImportInput {
  readonly world: World
  readonly paths: LabPaths
  readonly file: string
  readonly facts: SealedFacts
  readonly digest: string
  readonly diskOnly: DiskOnly
  /** Of the snapshot. */
  readonly name: string
  /** The lab's paths: those of the existing lab, or of a new one. */
  readonly record: LabRecord
  /** Whether the lab exists already. */
  readonly labExists: boolean
  readonly progress: Progress
}

const PUBLIC = /^ssh-ed25519 [A-Za-z0-9+/=]+( [\w .:-]*)?\n?$/

/** Where a file goes in a lab's folder; undefined: it is not needed here. */
export function placeInLab(
  staged: LabPaths,
  id: string,
  name: string,
  o: { readonly ram: boolean; readonly image: boolean },
): string | undefined {
  if (name === KEY) return staged.key
  if (name === PUBLIC_KEY) return `${staged.key}.pub`
  if (name === KUBECONFIG) return staged.kubeconfig
  if (name.startsWith('image/')) return o.image ? join(staged.dir, name) : undefined
  const [, node = '', file = ''] = name.split('/')
  const files = staged.node(node)
  switch (file) {
    case 'hostkey':
      return files.hostKey
    case 'hostkey.pub':
      return `${files.hostKey}.pub`
    case 'seed.iso':
      return files.seed
    case 'disk.qcow2':
      return files.overlay(id)
    default:
      return o.ram ? memoryOf(staged, id, node) : undefined
  }
}

/**
 * Makes the lab, or the snapshot, from the file. Throws CorruptError, HostError (no room), StateError; then nothing new
 * is there.
 */
export async function importSeal(i: ImportInput): Promise<Manifest> {
  const { world, facts, paths, record } = i
  const nodes = record.lab.nodes.map((n) => n.name)
  const id = newId(world.clock.now())
  const found = await findImage(world, facts)
  const wanted = (name: string): boolean =>
    name.startsWith('image/') ? !found : i.diskOnly === undefined || !name.endsWith('/memory')
  const staged = await openStaging(world, { id: record.id, paths }, nodes, id)
  try {
    const bytes = facts.files.filter((f) => wanted(f.name)).reduce((a, f) => a + f.size, 0)
    await checkRoom(paths.staging, bytes + 2 ** 28)
    const place = (name: string): string | undefined =>
      wanted(name) ? placeInLab(staged, id, name, { ram: true, image: true }) : undefined
    await mkdir(join(staged.dir, 'image'), { mode: 0o700 })
    await unpackSeal(world.host, i.file, { signal: world.signal, digest: i.digest, progress: i.progress, place })
    await checkKeys(staged, facts, nodes)
    const image = found ?? (await keepImage(world, facts, (name) => join(staged.dir, name)))
    await rm(join(staged.dir, 'image'), { recursive: true, force: true })
    for (const n of nodes) await rejoin(world.host, staged.node(n).overlay(id), image.disk)
    const ready: StagedSeal = {
      world,
      paths,
      id,
      name: i.name,
      facts,
      digest: i.digest,
      diskOnly: i.diskOnly,
      record: i.labExists
        ? { ...record, image: record.image ?? image }
        : { ...record, origin: { id: facts.lab.id, seal: i.digest }, image },
    }
    return await (i.labExists ? installSnapshot(ready) : installLab(ready))
  } catch (error) {
    await rm(paths.staging, { recursive: true, force: true })
    throw error
  }
}

/** Public keys go into known_hosts and authorized_keys unchanged: one key, one line. */
async function checkKeys(staged: LabPaths, facts: SealedFacts, nodes: readonly string[]): Promise<void> {
  const all = [`${staged.key}.pub`, ...nodes.map((n) => `${staged.node(n).hostKey}.pub`)]
  const texts = await Promise.all(all.map(readText))
  for (const [i, text] of texts.entries())
    if (text === undefined || !PUBLIC.test(text))
      throw new CorruptError(
        english('{path}: is not a public key', { path: all[i]?.slice(dirname(staged.dir).length) ?? '' }),
        {
          hint: english('ask the person who made the file'),
        },
      )
  if (texts[0]?.trim() !== facts.lab.publicKey)
    throw new CorruptError(english('the lab’s key is not the one that seal.json names'))
}

/** Throws StateError if an existing lab has other keys than the sealed one: its guests would let nobody in. */
export async function checkIdentity(paths: LabPaths, facts: SealedFacts, labfile: string): Promise<void> {
  if ((await readText(`${paths.key}.pub`))?.trim() === facts.lab.publicKey) return
  throw new StateError(
    english('{labfile}: this lab is up, and was not made from the same one: it has other keys and cards', { labfile }),
    {
      hint: english('klab destroy first; or a copy of the Labfile in another folder, which makes a second lab'),
    },
  )
}
