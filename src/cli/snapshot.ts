/** `klab snapshot`. */
import { UsageError } from '../errors.js'
import type { LabHandle, Snapshots } from '../lab/api.js'
import { readyWords } from '../lab/snapshot-words.js'
import { columns } from '../report/columns.js'
import { age, seconds } from '../report/text.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { SNAPSHOT_OPTIONS } from './options.js'
import { labOf, withProgress } from './progress.js'

type SnapshotArgs = Args<typeof SNAPSHOT_OPTIONS>
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
            verified === 'unchanged' ? 'every file is as it was saved' : 'recorded now; there was none to compare with',
          ],
        ]
      : []),
    ...m.nodes.map((n) => [n.node, `${n.memory ? `RAM ${mib(n.memory.size)}, ` : ''}disk ${mib(n.disk.size)}`]),
  ])
}

/** The word that an action needs. Throws UsageError. */
function nameOf({ action, ...args }: SnapshotArgs, key: 'name' | 'to'): string {
  const value = args[key]
  if (value === undefined)
    throw new UsageError(`snapshot ${action}: name a snapshot`, {
      hint: `klab snapshot ${action} NAME${key === 'to' ? ' NEW-NAME' : ''}`,
    })
  return value
}

/** The same for actions with files. Throws UsageError. */
function wordOf(args: SnapshotArgs, key: 'name' | 'to', what: string): string {
  const value = args[key]
  if (value === undefined)
    throw new UsageError(`snapshot: name ${what}`, {
      hint: 'klab snapshot export NAME FILE; klab snapshot import FILE [NAME]',
    })
  return value
}

/** Runs one action. Throws UsageError, StateError, LockedError, HostError, CorruptError. */
export async function runSnapshot(app: App, args: SnapshotArgs): Promise<number> {
  const [value, text] = await (args.action === 'export' || args.action === 'import'
    ? withProgress(app, args, (lab) => transfer(lab.snapshots, args))
    : act(await labOf(app, args), args, app.clock.now()))
  if (args.json) printJson(app, value)
  else app.stdout.write(text)
  return 0
}

/** A result: as data, and as text. */
type Said = readonly [value: unknown, text: string]

async function transfer(snapshots: Snapshots, args: SnapshotArgs): Promise<Said> {
  if (args.action === 'export') {
    const name = wordOf(args, 'name', 'the snapshot')
    const made = await snapshots.export(name, wordOf(args, 'to', 'the file to write'), { force: args.force })
    return [made, `exported ${name} to ${made.file}\n`]
  }
  const file = wordOf(args, 'name', 'the file to read')
  const made = await snapshots.import(file, { name: args.to, diskOnly: args['disk-only'] })
  return [made, `imported ${made.name}; klab snapshot restore ${made.name} starts it\n`]
}

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

/** `now`: ms since the epoch. */
async function act({ snapshots }: LabHandle, args: SnapshotArgs, now: number): Promise<Said> {
  const { message, live, undo, wait, verify } = args
  switch (args.action) {
    case 'list': {
      const all = await snapshots.list()
      return [all, formatList(all, now)]
    }
    case 'show': {
      const shown = await snapshots.show(nameOf(args, 'name'), { verify })
      return [{ ...shown.snapshot, verified: shown.verified }, formatOne(shown)]
    }
    case 'save':
      return saved(await snapshots.save({ name: args.name, message, live }))
    case 'push':
      return saved(await snapshots.push({ message, live }))
    case 'restore':
      return restored(await snapshots.restore(nameOf(args, 'name'), { undo, wait, verify }))
    case 'undo':
      return restored(await snapshots.undo({ wait, verify }))
    case 'pop':
      return restored(await snapshots.pop({ undo, wait, verify }))
    case 'delete': {
      const r = await snapshots.delete(nameOf(args, 'name'))
      return [r, `deleted ${r.deleted}: ${mib(r.freedBytes)} freed\n`]
    }
    case 'flatten': {
      const r = await snapshots.flatten()
      const stand = `the disks stand on ${r.after} of the lab’s own files (before: ${r.before})`
      return [r, `${stand}; ${mib(r.freedBytes)} freed\n`]
    }
    case 'rename': {
      const from = nameOf(args, 'name')
      const m = await snapshots.rename(from, nameOf(args, 'to'))
      return [m, `${from} is now ${m.name}\n`]
    }
    case 'export':
    case 'import':
    case undefined:
      // yargs refuses a missing word, `transfer` does the others.
      throw new UsageError('snapshot: name what to do', { hint: 'klab snapshot --help' })
  }
}
