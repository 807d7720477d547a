/** `klab timeline` and `klab graph`. */
import type { LabHandle } from '../lab/api.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { GRAPH_OPTIONS, TIMELINE_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

type Pictures = LabHandle['pictures']
type Drawn = Awaited<ReturnType<Pictures['graph']>>
type Asked = Args<typeof GRAPH_OPTIONS>

/** What was asked for. The last column stays empty: some terminals wrap as soon as it is filled. */
const requestOf = (app: App, { format, output, force }: Asked) => ({
  format,
  force,
  file: output,
  // A file is as wide as a page, not as this terminal.
  columns: output === undefined && app.stdout.columns ? app.stdout.columns - 1 : undefined,
})

/** Prints the picture, or says where it was written. */
function show(app: App, { text, file }: Drawn): number {
  app.stdout.write(file === null ? text : `${file}\n`)
  return 0
}

/** Throws UsageError, StateError, HostError. */
export async function runTimeline(app: App, args: Args<typeof TIMELINE_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  const { run } = args
  if (!args.json) return show(app, await lab.pictures.timeline({ ...requestOf(app, args), run }))
  printJson(app, await lab.timeline({ run }))
  return 0
}

/** Throws UsageError, LabfileError, StateError, HostError. */
export async function runGraph(app: App, args: Asked): Promise<number> {
  const lab = await labOf(app, args)
  if (!args.json) return show(app, await lab.pictures.graph(requestOf(app, args)))
  printJson(app, await lab.graph())
  return 0
}
