/** `klab snapshot export` and `import`, and `klab up --from`: sealed labs on the command line. */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StateError, UsageError } from '../errors.js'
import { exists, writeAtomic } from '../host/files.js'
import { readLab, recordedLab, type OpenLab } from '../lab/open.js'
import { importFile, newLabfile } from '../lab/sealed.js'
import { named, withSnapshots } from '../lab/snapshot.js'
import { settleAccel } from '../lab/up.js'
import type { World } from '../world.js'
import { note, type Report } from '../report/events.js'
import { exportSnapshot } from '../sealed/export.js'
import { readFacts } from '../sealed/read.js'
import { WARNING, type SealedFacts, type Progress } from '../sealed/types.js'
import { isRam } from '../snapshot/manifest.js'
import type { Manifest } from '../snapshot/types.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { openRenderer } from './progress.js'

const MIB = 2 ** 20
const mib = (bytes: number): number => Math.round(bytes / MIB)
/** ms between two lines of progress. */
const EVERY = 2000

/** One phase of one step, drawn as those of `up` are. `work` gets a line to say and bytes to count. */
async function withProgress<T>(
  app: App,
  o: { readonly goal: string; readonly title: string; readonly lab: string; readonly json: boolean },
  work: (say: (line: string) => void, progress: Progress, report: Report) => Promise<T>,
): Promise<T> {
  const renderer = await openRenderer(app, o.json, undefined)
  const { report } = renderer
  const base = { phase: o.goal, step: `${o.goal}/${o.lab}` }
  const started = app.clock.now()
  let said = 0
  const line = (text: string): void => report({ type: 'output', ...base, line: text })
  const progress: Progress = (done, all) => {
    if (app.clock.now() - said < EVERY && done !== all) return
    said = app.clock.now()
    line(`${mib(done)} of ${mib(all)} MiB`)
  }
  report({ type: 'plan', lab: o.lab, goal: o.goal, phases: [{ name: o.goal, title: o.title, steps: [base.step] }] })
  report({ type: 'phase', phase: o.goal, title: o.title })
  report({ type: 'start', ...base, title: o.title })
  const end = (outcome: 'done' | 'failed', error?: string): void =>
    report({ type: 'end', ...base, outcome, ms: app.clock.now() - started, ...(error === undefined ? {} : { error }) })
  try {
    const result = await work(note(report), progress, report)
    end('done')
    report({ type: 'phase-end', phase: o.goal, ms: app.clock.now() - started })
    return result
  } catch (error) {
    end('failed', error instanceof Error ? error.message : String(error))
    throw error
  } finally {
    renderer.close()
  }
}

const wordOf = (args: Args, key: 'name' | 'to', what: string): string => {
  const value = args[key]
  if (typeof value !== 'string')
    throw new UsageError(`snapshot: name ${what}`, {
      hint: 'klab snapshot export NAME FILE; klab snapshot import FILE [NAME]',
    })
  return value
}

/** `klab snapshot export NAME FILE`. */
export async function runExport(app: App, args: Args): Promise<number> {
  const name = wordOf(args, 'name', 'the snapshot')
  const file = resolve(app.env.cwd, wordOf(args, 'to', 'the file to write'))
  const found = await recordedLab(app.env, args.file)
  const world = await app.world(found.record.lab)
  const json = args['json'] === true
  const facts = await withProgress(
    app,
    { goal: 'export', title: `${name} to ${file}`, lab: found.record.name, json },
    (say, progress, report) =>
      withSnapshots(world, found, say, async (lab) => {
        const made = await exportSnapshot(lab, await named(lab, name), file, {
          force: args['force'] === true,
          progress,
        })
        report({ type: 'warn', text: `${file}: ${WARNING}` })
        return made
      }),
  )
  if (json) printJson(app, { file, ...summary(facts) })
  else app.stdout.write(`exported ${name} to ${file}\n`)
  return 0
}

const summary = (facts: SealedFacts): object => ({
  snapshot: facts.snapshot.name,
  lab: facts.lab.id,
  host: facts.host,
  bytes: facts.files.reduce((a, f) => a + f.size, 0),
})

/** The lab of the Labfile here; without one the sealed Labfile is written, and taken back when `work` fails. */
async function withLabfile<T>(
  app: App,
  args: Args,
  facts: SealedFacts,
  say: (line: string) => void,
  work: (open: OpenLab) => Promise<T>,
): Promise<T> {
  const open = await readLab(app.env, args.file).catch((error: unknown) => {
    // A Labfile that was named and is not there is a mistake; none at all is an empty folder.
    if (!(error instanceof UsageError) || args.file !== undefined) throw error
    return undefined
  })
  if (open) return work(open)
  const path = await newLabfile(app.env.cwd)
  await writeAtomic(path, facts.lab.labfile, 0o644)
  say(`wrote ${path}, the sealed lab’s`)
  try {
    return await work(await readLab(app.env, path))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

export interface Imported {
  readonly open: OpenLab
  readonly world: World
  readonly manifest: Manifest
  readonly fresh: boolean
}

/** Imports a file; used by `import` and by `up --from`. */
export async function takeFile(app: App, args: Args, file: string, name: string | undefined): Promise<Imported> {
  if (!(await exists(file)))
    throw new StateError(`${file}: no such file`, { hint: 'klab snapshot export NAME FILE makes one' })
  const { facts, digest } = await readFacts(app.host, file, app.signal)
  const json = args['json'] === true
  return withProgress(
    app,
    { goal: 'import', title: `${facts.snapshot.name} of ${facts.lab.id}`, lab: facts.lab.model.name, json },
    (say, progress) =>
      withLabfile(app, args, facts, say, async (open) => {
        const world = await app.world(open.lab)
        // A lab that is there has settled it.
        const accel = open.record?.accel ?? (await settleAccel(open.lab, () => app.probeAccel(open.lab)))
        const diskOnly = args['disk-only'] === true
        const taken = await importFile(world, open, { file, facts, digest, accel, diskOnly, name, say, progress })
        say(
          taken.fresh
            ? `its keys, disks${isRam(taken.manifest) ? ' and RAM' : ''} are in ${open.paths.dir} now: as secret as the cluster`
            : `${taken.manifest.name} was imported from this file before`,
        )
        return { open, world, ...taken }
      }),
  )
}

/** `klab snapshot import FILE [NAME]`. */
export async function runImport(app: App, args: Args): Promise<number> {
  const file = resolve(app.env.cwd, wordOf(args, 'name', 'the file to read'))
  const name = typeof args['to'] === 'string' ? args['to'] : undefined
  const { manifest } = await takeFile(app, args, file, name)
  if (args['json']) printJson(app, manifest)
  else app.stdout.write(`imported ${manifest.name}; klab snapshot restore ${manifest.name} goes to it\n`)
  return 0
}
