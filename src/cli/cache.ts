/** `klab cache list` and `klab cache prune`. */
import { UsageError } from '../errors.js'
import type { LabHandle } from '../lab/api.js'
import { columns, heads } from '../report/columns.js'
import { age, formatSize } from '../report/text.js'
import { english, say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { CACHE_LIST_OPTIONS, CACHE_PRUNE_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

type Entry = Awaited<ReturnType<LabHandle['cache']['list']>>[number]

const sum = (entries: readonly Entry[]): string => formatSize(entries.reduce((a, e) => a + e.bytes, 0))

/** What would be removed first is at the top. */
export function formatCache(entries: readonly Entry[], now: number): string {
  const rows = entries.map((e) => [
    e.goes === null ? 'kept' : String(e.goes),
    e.kind,
    formatSize(e.bytes),
    age(now - Date.parse(e.usedAt)),
    (e.path.split('/').at(-1) ?? '').slice(0, 12),
    translated(e.why),
  ])
  const kept = entries.filter((e) => e.goes === null)
  const folder =
    entries.length === 0
      ? say('the cache is empty')
      : say('{all} in all, {kept} of it used by labs', { all: sum(entries), kept: sum(kept) })
  return rows.length === 0
    ? `${folder}\n`
    : `${columns([heads('GOES', 'WHAT', 'SIZE', 'USED', 'NAME', 'WHY'), ...rows])}\n${folder}\n`
}

/** Prints the entries. Throws HostError if klab cannot find out what labs need. */
export async function runCacheList(app: App, args: Args<typeof CACHE_LIST_OPTIONS>): Promise<number> {
  const entries = await (await labOf(app, args)).cache.list()
  if (args.json) printJson(app, entries)
  else app.stdout.write(formatCache(entries, app.clock.now()))
  return 0
}

/** Removes what no lab needs. Throws UsageError, StateError (answered no), LockedError, HostError. */
export async function runCachePrune(app: App, args: Args<typeof CACHE_PRUNE_OPTIONS>): Promise<number> {
  const { cache } = await labOf(app, args)
  const confirm = args.yes ? undefined : (what: readonly Entry[]) => ask(app, what)
  const done = await cache.prune({ toSize: args.to, confirm })
  if (args.json) printJson(app, done)
  else {
    const found = { count: done.removed.length, size: formatSize(done.freedBytes) }
    app.stdout.write(`${say('{count} removed: {size} freed', found)}\n`)
  }
  return 0
}

async function ask(app: App, what: readonly Entry[]): Promise<boolean> {
  app.stderr.write(formatCache(what, app.clock.now()))
  const answer = await app.ask(`${say('remove these {count}? [y/N]', { count: what.length })} `)
  if (answer === undefined)
    throw new UsageError(english('{verb}: it must ask, and there is no terminal', { verb: 'cache prune' }), {
      hint: 'klab cache prune --yes',
    })
  return /^y(es)?$/i.test(answer.trim())
}
