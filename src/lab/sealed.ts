/** Sealed labs at the level of verbs: import a file into the lab of a Labfile, and bring a lab up from one. */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { StateError, type Change } from '../errors.js'
import type { Accel } from '../hypervisor/types.js'
import { parseLabfile } from '../labfile/load.js'
import type { Lab } from '../labfile/model.js'
import type { World } from '../world.js'
import { diskOnlyReason, type DiskOnly } from '../sealed/fit.js'
import { checkIdentity, importSeal } from '../sealed/import.js'
import type { SealedFacts, Progress } from '../sealed/types.js'
import { checkName, listManifests } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import { english } from '../words/say.js'
import { formatChanges, labDrift } from './drift.js'
import type { OpenLab } from './open.js'
import { settleBundle } from './settle-bundle.js'
import { makeFolders, newRecord, refuseUnrecorded } from './up-phases.js'
import { withLab } from './with-lab.js'

export interface SealedInput {
  readonly file: string
  readonly facts: SealedFacts
  readonly digest: string
  readonly accel: Accel
  readonly diskOnly: boolean
  /** The name of the snapshot; default: its own. */
  readonly name?: string | undefined
  readonly say: (line: string) => void
  readonly progress: Progress
}

/** Fields that differ on each machine: paths, servers (labfile/foreign.ts takes them out of a sealed Labfile). */
const PLACES = /^(?:image\.path|kubernetes\.bundle\.(?:path|mirrors)(?:\..*)?|hypervisor\.uri)$/

const differences = (a: Lab, b: Lab): readonly Change[] => labDrift(a, b).filter((c) => !PLACES.test(c.path))

/**
 * Throws StateError if the Labfile describes a different lab than the sealed one, or if this klab understands the
 * sealed Labfile differently.
 */
export function checkSameLab(facts: SealedFacts, labfile: string, lab: Lab): void {
  const theirs = parseLabfile(facts.lab.labfile, labfile, 'the sealed lab’s Labfile')
  const other = differences(facts.lab.model, theirs)
  if (other.length > 0)
    throw new StateError(
      english('the sealed lab was made by klab {klab}, which read its Labfile differently:\n{other}', {
        klab: facts.klab,
        other: formatChanges(other),
      }),
      {
        hint: english('use the klab that made it'),
      },
    )
  const changes = differences(lab, theirs)
  if (changes.length > 0)
    throw new StateError(
      english('{labfile}: describes a different lab than the sealed one:\n{changes}', {
        labfile,
        changes: formatChanges(changes),
      }),
      {
        hint: english('import it in an empty folder, where klab writes the sealed Labfile'),
      },
    )
}

/** Whether its RAM can be used here; found out before anything is changed. */
async function fitHere(world: World, o: SealedInput): Promise<DiskOnly> {
  const able = await world.hypervisor.abilities(o.facts.host.accel, o.facts.host.ram?.machine)
  return diskOnlyReason(o.facts, { accel: o.accel, able }, o)
}

/**
 * Imports under the lab's lock. If this file was imported before, that snapshot is used. Throws StateError,
 * CorruptError, HostError, LockedError; then nothing has changed.
 */
export async function importFile(
  world: World,
  open: OpenLab,
  o: SealedInput,
): Promise<{ manifest: Manifest; fresh: boolean }> {
  checkSameLab(o.facts, open.labfile, open.lab)
  await makeFolders(world, open)
  return withLab(world, open.paths, { name: 'import' }, async (existing) => {
    const there = existing ? await listManifests(open.paths) : []
    const same = there.findLast((m) => m.origin?.seal === o.digest)
    if (same) return { manifest: same, fresh: false }
    if (existing) await checkIdentity(open.paths, o.facts, open.labfile)
    else await refuseUnrecorded(world, open, 'klab destroy first')
    const name = o.name ?? o.facts.snapshot.name
    checkName(name)
    if (there.some((m) => m.name === name))
      throw new StateError(english('there is already a snapshot {name}', { name }), {
        hint: 'klab snapshot import FILE OTHER-NAME',
      })
    const diskOnly = await fitHere(world, o)
    if (diskOnly !== undefined && o.facts.host.ram)
      o.say(english('without its RAM: {why}; the lab will boot from its disks', { why: diskOnly }))
    const record = existing ?? (await newRecord(world, await settleBundle(world, open), o.accel))
    const { file, facts, digest, progress } = o
    const manifest = await importSeal({
      world,
      paths: open.paths,
      file,
      facts,
      digest,
      diskOnly,
      name,
      record,
      labExists: existing !== undefined,
      progress,
    })
    return { manifest, fresh: true }
  })
}

/** Where a Labfile is written if there is none: the working folder. */
export const newLabfile = async (cwd: string): Promise<string> => join(await realpath(cwd), 'Labfile')
