/** `klab break`. */
import { columns, heads } from '../report/columns.js'
import { seconds } from '../report/text.js'
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { BREAK_LIST_OPTIONS, BREAK_OPTIONS, BREAK_UNDO_OPTIONS } from './break-options.js'
import type { Args } from './command.js'
import { chosenLanguage, printPage } from './lesson-page.js'
import { labOf, withProgress } from './progress.js'

/** `klab break list`. */
export async function runBreakList(app: App, args: Args<typeof BREAK_LIST_OPTIONS>): Promise<number> {
  const all = await (await labOf(app, args)).lessons.breaks.list(chosenLanguage(app, args))
  if (args.json) printJson(app, all)
  else
    app.stdout.write(
      columns([
        heads('FAULT', 'LEVEL', 'MINUTES', 'WHAT YOU SEE'),
        ...all.map((b) => [b.name, b.level ?? '-', String(b.minutes ?? '-'), b.problem ?? b.title]),
      ]),
    )
  return 0
}

/** `klab break start`. Throws UsageError, and as `klab lesson start`. */
export async function runBreak(app: App, args: Args<typeof BREAK_OPTIONS>): Promise<number> {
  const { seed, level } = args
  const language = chosenLanguage(app, args)
  const { lab, page } = await withProgress(app, args, async (lab) => ({
    lab,
    page: await lab.lessons.breaks.start(args.fault, { seed, level, language }),
  }))
  // Its name would tell the cause.
  if (args.json) printJson(app, { ...page, lesson: undefined })
  else {
    await printPage(app, lab, page)
    const again = page.seed === undefined ? '' : say('; the same one again: --seed {seed}', { seed: page.seed })
    app.stdout.write(`\n${say('when it is fixed: klab break check')}${again}\n`)
  }
  return 0
}

/** `klab break undo`. Throws StateError; as `klab snapshot restore`. */
export async function runBreakUndo(app: App, args: Args<typeof BREAK_UNDO_OPTIONS>): Promise<number> {
  const r = await withProgress(app, args, (lab) => lab.lessons.breaks.undo())
  if (args.json) printJson(app, r)
  else {
    const found = { name: r.name, time: seconds(r.ms) }
    app.stdout.write(`${say('it was {name}; the lab is back to before the fault, after {time}', found)}\n`)
  }
  return 0
}
