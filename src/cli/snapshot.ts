/** `klab snapshot`. */
import { UsageError } from '../errors.js'
import { recordedLab } from '../lab/open.js'
import { goTo, named, push, topOfStack, UNDO, withSnapshots } from '../lab/snapshot.js'
import { columns } from '../report/columns.js'
import { age, seconds } from '../report/text.js'
import { flatten } from '../snapshot/flatten.js'
import { findManifest, isRam, listManifests } from '../snapshot/manifest.js'
import { remove, renameSnapshot } from '../snapshot/remove.js'
import { save } from '../snapshot/save.js'
import { verify } from '../snapshot/sums.js'
import { listSnapshots, type Listed } from '../snapshot/tree.js'
import type { LockedLab, Manifest } from '../snapshot/types.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { SNAPSHOT_ACTIONS } from './snapshot-actions.js'

type Verified = Awaited<ReturnType<typeof verify>>
type Action = (typeof SNAPSHOT_ACTIONS)[number]

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`

/** The list as text: a tree, the current one marked. `now`: ms since the epoch. */
export function formatList(all: readonly Listed[], now: number): string {
  if (all.length === 0) return 'no snapshots; klab snapshot save NAME\n'
  const rows = all.map((m) => [
    `${m.current ? '*' : ' '} ${'  '.repeat(m.depth)}${m.name}`,
    age(now - Date.parse(m.createdAt)),
    m.createdAt.replace('T', ' ').slice(0, 19),
    isRam(m) ? 'running' : 'halted',
    mib(m.bytes),
    m.message,
  ])
  return columns([['  NAME', 'AGE', 'SAVED (UTC)', 'LAB', 'SIZE', 'MESSAGE'], ...rows])
}

function nameOf(args: Args, key: 'name' | 'to', action: Action): string {
  const value = args[key]
  if (typeof value !== 'string')
    throw new UsageError(`snapshot ${action}: name a snapshot`, {
      hint: `klab snapshot ${action} NAME${key === 'to' ? ' NEW-NAME' : ''}`,
    })
  return value
}

/** What has been waited for: who was Ready at the save is again. */
export const readyWords = ({ ready, nodes }: Manifest): string =>
  !ready?.length
    ? 'the API server answers'
    : ready.length === nodes.length
      ? 'all nodes Ready'
      : `${ready.length} of ${nodes.length} nodes Ready, as then,`

/** Runs one action. Throws UsageError, StateError, LockedError, HostError, CorruptError. */
export async function runSnapshot(app: App, args: Args): Promise<number> {
  const action = args['action'] as Action
  if (action === 'export') return (await import('./seal.js')).runExport(app, args)
  if (action === 'import') return (await import('./seal.js')).runImport(app, args)
  const found = await recordedLab(app.env, args.file)
  const say = (line: string): void => void app.stderr.write(`${line}\n`)
  if (action === 'list' || action === 'show') return look(app, args, action, found)
  const world = await app.world(found.record.lab)
  return withSnapshots(world, found, say, (lab) => change(app, args, action, lab))
}

/** What only reads takes no lock. */
async function look(
  app: App,
  args: Args,
  action: 'list' | 'show',
  lab: Pick<LockedLab, 'record' | 'paths'>,
): Promise<number> {
  const all = await listSnapshots(await listManifests(lab.paths), lab.record.snapshot ?? null)
  if (action === 'list') {
    if (args['json']) printJson(app, all)
    else app.stdout.write(formatList(all, app.clock.now()))
    return 0
  }
  const one = findManifest(all, nameOf(args, 'name', action))
  const verified = args['verify'] ? await verify(app.host, lab.paths, one) : undefined
  if (args['json']) printJson(app, { ...one, verified })
  else app.stdout.write(formatOne(one, all, verified))
  return 0
}

function formatOne(m: Listed, all: readonly Listed[], verified: Verified | undefined): string {
  const parent = all.find((x) => x.id === m.parent)?.name ?? '-'
  return columns([
    ['name', m.name],
    ['message', m.message || '-'],
    ['saved', m.createdAt],
    ['after', parent],
    ...(m.origin ? [['from', `a sealed lab of ${m.origin.lab}, imported ${m.origin.importedAt}`]] : []),
    ...(m.origin?.diskOnly === undefined ? [] : [['without RAM', m.origin.diskOnly]]),
    ['lab', isRam(m) ? `running; paused for ${m.pauseMs} ms, nodes ${m.skewMs} ms apart` : 'halted'],
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

async function change(
  app: App,
  args: Args,
  action: Exclude<Action, 'list' | 'show' | 'export' | 'import'>,
  lab: LockedLab,
): Promise<number> {
  const message = typeof args['message'] === 'string' ? args['message'] : ''
  const done = (value: object, text: string): number => {
    if (args['json']) printJson(app, value)
    else app.stdout.write(`${text}\n`)
    return 0
  }
  const how = { message, live: args['live'] !== false }
  const started = app.clock.now()
  const saved = async (m: Manifest): Promise<number> => {
    const wholeMs = app.clock.now() - started
    // Reading all of it takes seconds that nobody should wait for.
    await app.detached(['-f', lab.record.labfile, 'snapshot', 'show', m.name, '--verify', '--json'])
    const pause = m.pauseMs > 0 ? `paused for ${seconds(m.pauseMs)}, nodes ${m.skewMs} ms apart` : 'halted'
    return done({ ...m, wholeMs }, `saved ${m.name} in ${seconds(wholeMs)}: ${pause}`)
  }
  const back = async (m: Manifest, undo: boolean, after?: () => Promise<unknown>): Promise<number> => {
    if (args['verify'])
      lab.say(
        `${m.name}: every file ${(await verify(app.host, lab.paths, m)) === 'unchanged' ? 'is as it was saved' : 'has its sha256 now'}`,
      )
    const { settled, ...r } = await goTo(lab, m, { undo, wait: args['wait'] !== false })
    await after?.()
    const now = r.running
      ? settled?.readyMs === undefined
        ? 'running'
        : `${readyWords(m)} after ${seconds(settled.readyMs)}`
      : 'halted: klab up boots it'
    return done(
      { snapshot: m.name, ...r, ...settled },
      `restored ${m.name}; ${now}${r.kept ? '; klab snapshot undo goes back' : ''}`,
    )
  }

  switch (action) {
    case 'save':
      return saved(
        await save(lab, {
          name: typeof args['name'] === 'string' ? args['name'] : stamp(app.clock.now()),
          ...how,
          kind: 'manual',
        }),
      )
    case 'push':
      return saved(await push(lab, how))
    case 'restore':
      return back(await named(lab, nameOf(args, 'name', action)), args['undo'] !== false)
    case 'undo':
      return back(await named(lab, UNDO), true)
    case 'pop': {
      const top = await topOfStack(lab)
      return back(top, args['undo'] !== false, () => remove(lab, top))
    }
    case 'delete': {
      const m = await named(lab, nameOf(args, 'name', action))
      const freed = await remove(lab, m)
      return done({ deleted: m.name, freedBytes: freed }, `deleted ${m.name}: ${mib(freed)} freed`)
    }
    case 'flatten': {
      const r = await flatten(lab)
      return done(
        r,
        `the disks stand on ${r.after} of the lab’s own files (before: ${r.before}); ${mib(r.freedBytes)} freed`,
      )
    }
    case 'rename': {
      const from = nameOf(args, 'name', action)
      const m = await renameSnapshot(lab, from, nameOf(args, 'to', action))
      return done(m, `${from} is now ${m.name}`)
    }
  }
}

/** A name from the time: `s20261123-163000`. */
const stamp = (now: number): string =>
  `s${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`
