/** Exports a snapshot as one file, and imports such a file as a snapshot of a lab here. */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StateError, UsageError } from '../errors.js'
import { exists, writeAtomic } from '../host/files.js'
import { note } from '../report/events.js'
import { inPhase } from '../report/stages.js'
import { exportSnapshot } from '../sealed/export.js'
import { readFacts } from '../sealed/read.js'
import { WARNING, type Progress } from '../sealed/types.js'
import { isRam } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import type { World } from '../world.js'
import type { LabContext } from './context.js'
import { readLab, recordedLab, type OpenLab } from './open.js'
import { foreignLabfile } from '../labfile/foreign.js'
import { english } from '../words/say.js'
import { importFile, newLabfile } from './sealed.js'
import { named, withSnapshots } from './snapshot.js'
import { settleAccel } from './up-phases.js'

const MIB = 2 ** 20
const mib = (bytes: number): number => Math.round(bytes / MIB)
/** ms between two lines of progress. */
const EVERY_MS = 2000

/** One phase with one step, reported like those of `up`. `work` gets a function that counts bytes. */
const asOneStep = <T>(
  { report, doors: { clock } }: LabContext,
  { goal, title, lab }: { readonly goal: string; readonly title: string; readonly lab: string },
  work: (progress: Progress) => Promise<T>,
): Promise<T> => {
  const id = `${goal}/${lab}`
  return inPhase({ report, clock }, { goal, title, lab, steps: [id] }, (stage) =>
    stage(id, title, (line) => {
      let said = -Infinity
      return work((done, all) => {
        if (clock.monotonic() - said < EVERY_MS && done !== all) return
        said = clock.monotonic()
        line(english('{done} of {all} MiB', { done: mib(done), all: mib(all) }))
      })
    }),
  )
}

export interface ExportedSnapshot {
  readonly file: string
  readonly snapshot: string
  /** The lab's id. */
  readonly lab: string
  /** What the RAM was saved under. */
  readonly host: { readonly accel: string; readonly qemu: string; readonly libvirt: string }
  /** Before compression. */
  readonly bytes: number
}

/**
 * Writes a snapshot, with all that it needs on another machine, as one file. `file`: a path. `force`: replace an
 * existing file. Throws StateError, HostError, CorruptError, LockedError.
 */
export async function exportTo(
  c: LabContext,
  name: string,
  file: string,
  o: { readonly force?: boolean | undefined } = {},
): Promise<ExportedSnapshot> {
  const path = resolve(c.doors.env.cwd, file)
  const found = await recordedLab(c.doors.env, c.file)
  const world = await c.doors.world(found.record.lab)
  const facts = await asOneStep(
    c,
    { goal: 'export', title: english('{name} to {path}', { name, path }), lab: found.record.name },
    async (progress) =>
      withSnapshots(world, found, note(c.report), async (lab) => {
        const made = await exportSnapshot(lab, await named(lab, name, 'klab snapshot export'), path, {
          force: o.force === true,
          progress,
        })
        c.report({ type: 'warn', text: `${path}: ${WARNING}` })
        return made
      }),
  )
  return {
    file: path,
    snapshot: facts.snapshot.name,
    lab: facts.lab.id,
    host: facts.host,
    bytes: facts.files.reduce((a, f) => a + f.size, 0),
  }
}

/** The lab of the Labfile here. If there is none, `labfile` (text) is written, and removed again if `work` fails. */
async function withLabfile<T>(
  c: LabContext,
  { labfile, say }: { readonly labfile: string; readonly say: (line: string) => void },
  work: (open: OpenLab) => Promise<T>,
): Promise<T> {
  const { env } = c.doors
  const open = await readLab(env, c.file).catch((error: unknown) => {
    // If a Labfile was named but does not exist, that is a mistake. If none was named, the folder is simply empty.
    if (!(error instanceof UsageError) || c.file !== undefined) throw error
    return undefined
  })
  if (open) return work(open)
  const path = await newLabfile(env.cwd)
  const { text, dropped } = foreignLabfile(labfile, 'the sealed lab’s Labfile')
  await writeAtomic(path, text, 0o644)
  say(english('wrote {path}, the sealed lab’s', { path }))
  for (const field of dropped)
    say(english('left out: {field}, since it decides which programs this machine runs; add your own', { field }))
  try {
    return await work(await readLab(env, path))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

export interface Imported {
  readonly open: OpenLab
  readonly world: World
  readonly manifest: Manifest
  /** Not imported before. */
  readonly fresh: boolean
}

export interface ImportOptions {
  /** The snapshot's name here; default: its old name. */
  readonly name?: string | undefined
  /** Leave the RAM out; the lab then boots from its disks. */
  readonly diskOnly?: boolean | undefined
}

/** Imports a file; used by `snapshots.import` and by `up` from a file. `file`: absolute. */
export async function takeFile(c: LabContext, file: string, o: ImportOptions): Promise<Imported> {
  const { doors } = c
  const say = note(c.report)
  if (!(await exists(file)))
    throw new StateError(english('{file}: no such file', { file }), {
      hint: 'klab snapshot export NAME FILE makes one',
    })
  const { facts, digest } = await readFacts(doors.host, file, doors.signal)
  const { labfile, id, model } = facts.lab
  return asOneStep(
    c,
    { goal: 'import', title: english('{name} of {lab}', { name: facts.snapshot.name, lab: id }), lab: model.name },
    async (progress) =>
      withLabfile(c, { labfile, say }, async (open) => {
        const world = await doors.world(open.lab)
        // An existing lab has already decided it.
        const accel = open.record?.accel ?? (await settleAccel(open.lab, () => doors.probeAccel(open.lab)))
        const diskOnly = o.diskOnly === true
        const taken = await importFile(world, open, {
          file,
          facts,
          digest,
          accel,
          diskOnly,
          name: o.name,
          say,
          progress,
        })
        const ram = isRam(taken.manifest) ? ' and RAM' : ''
        say(
          taken.fresh
            ? `its keys, disks${ram} are in ${open.paths.dir} now: as secret as the cluster`
            : `${taken.manifest.name} was imported from this file before`,
        )
        return { open, world, ...taken }
      }),
  )
}

/** Imports an exported file as a snapshot of this lab. Throws StateError, CorruptError, HostError, LockedError. */
export async function importFrom(c: LabContext, file: string, o: ImportOptions = {}): Promise<Manifest> {
  return (await takeFile(c, resolve(c.doors.env.cwd, file), o)).manifest
}
