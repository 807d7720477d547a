/** `klab sync`: a folder into nodes. */
import { UsageError } from '../errors.js'
import type { LabHandle } from '../lab/api.js'
import { formatSize } from '../report/text.js'
import { english, say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { remote } from './cp.js'
import type { SYNC_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

type Synced = Awaited<ReturnType<LabHandle['sync']>>[number]

function line({ node, path, files, bytes, removed }: Synced): string {
  const sent = say('{place}: {files} sent, {size}', { place: `${node}:${path}`, files, size: formatSize(bytes) })
  return `${sent}${removed > 0 ? say('; {count} removed', { count: removed }) : ''}\n`
}

/** Syncs once, or (`--watch`) until Ctrl-C. Throws UsageError, StateError, the guest's error. */
export async function runSync(app: App, args: Args<typeof SYNC_OPTIONS>): Promise<number> {
  const targets = args.to.map((word) => {
    const at = remote(word)
    if (!at)
      throw new UsageError(english('sync: {word}: not NODE:PATH', { word }), { hint: 'klab sync FOLDER NODE:PATH' })
    return at
  })
  const o = { delete: args.delete, root: args.root }
  const show = (done: readonly Synced[]): void => {
    if (args.json) printJson(app, done)
    else for (const d of done) app.stdout.write(line(d))
  }
  const lab = await labOf(app, args)
  if (args.watch) await lab.watchSync(args.folder, targets, { ...o, onSynced: show })
  else show(await lab.sync(args.folder, targets, o))
  return 0
}
