/** `klab snapshot`. */
import type { Snapshots } from '../lab/api.js'
import { readyWords } from '../lab/snapshot-words.js'
import { columns, heads } from '../report/columns.js'
import { age, seconds } from '../report/text.js'
import { say, translated } from '../words/say.js'
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
  if (all.length === 0) return `${say('no snapshots; klab snapshot save NAME')}\n`
  const rows = all.map((m) => [
    `${m.current ? '*' : ' '} ${'  '.repeat(m.depth)}${m.name}`,
    age(now - Date.parse(m.createdAt)),
    m.createdAt.replace('T', ' ').slice(0, 19),
    isRunning(m) ? 'running' : 'halted',
    mib(m.bytes),
    m.message,
  ])
  return columns([[`  ${say('NAME')}`, ...heads('AGE', 'SAVED (UTC)', 'LAB', 'SIZE', 'MESSAGE')], ...rows])
}

function formatOne({ snapshot: m, after, verified }: Result<'show'>): string {
  return columns([
    [say('name'), m.name],
    [say('message'), m.message || '-'],
    [say('saved'), m.createdAt],
    [say('after'), after ?? '-'],
    ...(m.origin ? [[say('from'), say('a sealed lab of {lab}, imported {importedAt}', m.origin)]] : []),
    ...(m.origin?.diskOnly === undefined ? [] : [[say('without RAM'), translated(m.origin.diskOnly)]]),
    [say('lab'), isRunning(m) ? say('running; paused for {pauseMs} ms, nodes {skewMs} ms apart', m) : 'halted'],
    [say('size'), mib(m.bytes)],
    ...(verified
      ? [
          [
            'sha256',
            verified === 'unchanged'
              ? say('every file is as it was saved')
              : say('recorded now; there was no earlier one to compare with'),
          ],
        ]
      : []),
    ...m.nodes.map(({ node, memory, disk }) => {
      const ram = memory ? `${say('RAM {size}', { size: mib(memory.size) })}${say(', ')}` : ''
      return [node, `${ram}${say('disk {size}', { size: mib(disk.size) })}`]
    }),
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
  const { name, skewMs } = m
  const pause =
    m.pauseMs > 0 ? say('paused for {time}, nodes {skewMs} ms apart', { time: seconds(m.pauseMs), skewMs }) : 'halted'
  return [m, `${say('saved {name} in {time}: {pause}', { name, time: seconds(m.wholeMs), pause })}\n`]
}

function restored({ snapshot: m, settled, ...r }: Result<'restore'>): Said {
  const now = r.running
    ? settled?.readyMs === undefined
      ? 'running'
      : say('{what} after {time}', { what: readyWords(m), time: seconds(settled.readyMs) })
    : say('halted: klab up boots it')
  const undo = r.kept ? say('; klab snapshot undo goes back') : ''
  return [
    { snapshot: m.name, ...r, ...settled },
    `${say('restored {name}; {state}', { name: m.name, state: now })}${undo}\n`,
  ]
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
  return print(app, args, [r, `${say('deleted {name}: {size} freed', { name: r.deleted, size: mib(r.freedBytes) })}\n`])
}

/** `klab snapshot rename`. Throws UsageError, StateError, LockedError. */
export async function runRename(app: App, args: Args<typeof options.RENAME_OPTIONS>): Promise<number> {
  const m = await (await snapshotsOf(app, args)).rename(args.name, args.to)
  return print(app, args, [m, `${say('{name} is now {to}', { name: args.name, to: m.name })}\n`])
}

/** `klab snapshot flatten`. Throws StateError, LockedError. */
export async function runFlatten(app: App, args: Args<typeof options.FLATTEN_OPTIONS>): Promise<number> {
  const r = await (await snapshotsOf(app, args)).flatten()
  const stand = say('each disk is a chain of at most {after} files (before: {before})', r)
  return print(app, args, [r, `${stand}${say('; {size} freed', { size: mib(r.freedBytes) })}\n`])
}

/** `klab snapshot export`. Throws StateError, HostError. */
export async function runExport(app: App, args: Args<typeof options.EXPORT_OPTIONS>): Promise<number> {
  const { name, to, force } = args
  const made = await withProgress(app, args, (lab) => lab.snapshots.export(name, to, { force }))
  return print(app, args, [made, `${say('exported {name} to {file}', { name, file: made.file })}\n`])
}

/** `klab snapshot import`. Throws UsageError, StateError, CorruptError. */
export async function runImport(app: App, args: Args<typeof options.IMPORT_OPTIONS>): Promise<number> {
  const { path, name } = args
  const made = await withProgress(app, args, (lab) => lab.snapshots.import(path, { name, diskOnly: args['disk-only'] }))
  return print(app, args, [made, `${say('imported {name}; klab snapshot restore {name} starts it', made)}\n`])
}
