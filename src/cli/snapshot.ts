/** `klab snapshot`. */
import type { Snapshots } from '../lab/api.js'
import { readyWords } from '../lab/snapshot-words.js'
import { columns } from '../report/columns.js'
import { age, seconds } from '../report/text.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { labOf, withProgress } from './progress.js'
import type * as options from './snapshot-options.js'

type Result<Verb extends keyof Snapshots> = Awaited<ReturnType<Snapshots[Verb]>>
type Listed = Result<'list'>[number]

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
/** Whether the lab ran then. */
const isRunning = (m: Listed): boolean => m.nodes.every((n) => n.memory)

/** The list as text: a tree, the current one marked. `now`: ms since the epoch. */
export function formatList(all: readonly Listed[], now: number): string {
  if (all.length === 0) return 'no snapshots; klab snapshot save NAME\n'
  const rows = all.map((m) => [
    `${m.current ? '*' : ' '} ${'  '.repeat(m.depth)}${m.name}`,
    age(now - Date.parse(m.createdAt)),
    m.createdAt.replace('T', ' ').slice(0, 19),
    isRunning(m) ? 'running' : 'halted',
    mib(m.bytes),
    m.message,
  ])
  return columns([['  NAME', 'AGE', 'SAVED (UTC)', 'LAB', 'SIZE', 'MESSAGE'], ...rows])
}

function formatOne({ snapshot: m, after, verified }: Result<'show'>): string {
  return columns([
    ['name', m.name],
    ['message', m.message || '-'],
    ['saved', m.createdAt],
    ['after', after ?? '-'],
    ...(m.origin ? [['from', `a sealed lab of ${m.origin.lab}, imported ${m.origin.importedAt}`]] : []),
    ...(m.origin?.diskOnly === undefined ? [] : [['without RAM', m.origin.diskOnly]]),
    ['lab', isRunning(m) ? `running; paused for ${m.pauseMs} ms, nodes ${m.skewMs} ms apart` : 'halted'],
    ['size', mib(m.bytes)],
    ...(verified
      ? [
          [
            'sha256',
            verified === 'unchanged'
              ? 'every file is as it was saved'
              : 'recorded now; there was no earlier one to compare with',
          ],
        ]
      : []),
    ...m.nodes.map((n) => [n.node, `${n.memory ? `RAM ${mib(n.memory.size)}, ` : ''}disk ${mib(n.disk.size)}`]),
  ])
}

/** A result: as data, and as text. */
type Said = readonly [value: unknown, text: string]

/** Prints the result of an action. */
function print(app: App, { json }: { readonly json?: boolean | undefined }, [value, text]: Said): number {
  if (json) printJson(app, value)
  else app.stdout.write(text)
  return 0
}

const snapshotsOf = async (app: App, args: Args): Promise<Snapshots> => (await labOf(app, args)).snapshots

function saved(m: Result<'save'>): Said {
  const pause = m.pauseMs > 0 ? `paused for ${seconds(m.pauseMs)}, nodes ${m.skewMs} ms apart` : 'halted'
  return [m, `saved ${m.name} in ${seconds(m.wholeMs)}: ${pause}\n`]
}

function restored({ snapshot: m, settled, ...r }: Result<'restore'>): Said {
  const now = r.running
    ? settled?.readyMs === undefined
      ? 'running'
      : `${readyWords(m)} after ${seconds(settled.readyMs)}`
    : 'halted: klab up boots it'
  const undo = r.kept ? '; klab snapshot undo goes back' : ''
  return [{ snapshot: m.name, ...r, ...settled }, `restored ${m.name}; ${now}${undo}\n`]
}

/** `klab snapshot save`. Throws UsageError, StateError, LockedError, HostError. */
export async function runSave(app: App, args: Args<typeof options.SAVE_OPTIONS>): Promise<number> {
  const { name, message, live } = args
  return print(app, args, saved(await withProgress(app, args, (lab) => lab.snapshots.save({ name, message, live }))))
}

/** `klab snapshot push`. Throws as runSave. */
export async function runPush(app: App, args: Args<typeof options.PUSH_OPTIONS>): Promise<number> {
  const { message, live } = args
  return print(app, args, saved(await withProgress(app, args, (lab) => lab.snapshots.push({ message, live }))))
}

/** `klab snapshot list`. Throws StateError. */
export async function runSnapshotList(app: App, args: Args<typeof options.SNAPSHOT_LIST_OPTIONS>): Promise<number> {
  const all = await (await snapshotsOf(app, args)).list()
  return print(app, args, [all, formatList(all, app.clock.now())])
}

/** `klab snapshot show`. Throws StateError, CorruptError. */
export async function runShow(app: App, args: Args<typeof options.SHOW_OPTIONS>): Promise<number> {
  const shown = await (await snapshotsOf(app, args)).show(args.name, { verify: args.verify })
  return print(app, args, [{ ...shown.snapshot, verified: shown.verified }, formatOne(shown)])
}

/** `klab snapshot restore`. Throws StateError, LockedError, HostError, CorruptError, ProbeError. */
export async function runRestore(app: App, args: Args<typeof options.RESTORE_OPTIONS>): Promise<number> {
  const { name, undo, wait, verify } = args
  return print(
    app,
    args,
    restored(await withProgress(app, args, (lab) => lab.snapshots.restore(name, { undo, wait, verify }))),
  )
}

/** `klab snapshot undo`. Throws as runRestore. */
export async function runUndo(app: App, args: Args<typeof options.UNDO_OPTIONS>): Promise<number> {
  const { wait, verify } = args
  return print(app, args, restored(await withProgress(app, args, (lab) => lab.snapshots.undo({ wait, verify }))))
}

/** `klab snapshot pop`. Throws as runRestore. */
export async function runPop(app: App, args: Args<typeof options.POP_OPTIONS>): Promise<number> {
  const { undo, wait, verify } = args
  return print(app, args, restored(await withProgress(app, args, (lab) => lab.snapshots.pop({ undo, wait, verify }))))
}

/** `klab snapshot delete`. Throws StateError, LockedError. */
export async function runDelete(app: App, args: Args<typeof options.DELETE_OPTIONS>): Promise<number> {
  const r = await (await snapshotsOf(app, args)).delete(args.name)
  return print(app, args, [r, `deleted ${r.deleted}: ${mib(r.freedBytes)} freed\n`])
}

/** `klab snapshot rename`. Throws UsageError, StateError, LockedError. */
export async function runRename(app: App, args: Args<typeof options.RENAME_OPTIONS>): Promise<number> {
  const m = await (await snapshotsOf(app, args)).rename(args.name, args.to)
  return print(app, args, [m, `${args.name} is now ${m.name}\n`])
}

/** `klab snapshot flatten`. Throws StateError, LockedError. */
export async function runFlatten(app: App, args: Args<typeof options.FLATTEN_OPTIONS>): Promise<number> {
  const r = await (await snapshotsOf(app, args)).flatten()
  const stand = `each disk is a chain of at most ${r.after} files (before: ${r.before})`
  return print(app, args, [r, `${stand}; ${mib(r.freedBytes)} freed\n`])
}

/** `klab snapshot export`. Throws StateError, HostError. */
export async function runExport(app: App, args: Args<typeof options.EXPORT_OPTIONS>): Promise<number> {
  const { name, to, force } = args
  const made = await withProgress(app, args, (lab) => lab.snapshots.export(name, to, { force }))
  return print(app, args, [made, `exported ${name} to ${made.file}\n`])
}

/** `klab snapshot import`. Throws UsageError, StateError, CorruptError. */
export async function runImport(app: App, args: Args<typeof options.IMPORT_OPTIONS>): Promise<number> {
  const { path, name } = args
  const made = await withProgress(app, args, (lab) => lab.snapshots.import(path, { name, diskOnly: args['disk-only'] }))
  return print(app, args, [made, `imported ${made.name}; klab snapshot restore ${made.name} starts it\n`])
}
