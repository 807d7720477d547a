/** `klab lesson`, as a trainee uses it. */
import type { LabHandle } from '../lab/api.js'
import { OUTCOME_WORDS } from '../lab/lessons/outcome-words.js'
import { columns, heads } from '../report/columns.js'
import { seconds } from '../report/text.js'
import { say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type * as options from './lesson-options.js'
import { chosenLanguage, printPage } from './lesson-page.js'
import { labOf, withProgress } from './progress.js'

type Lessons = LabHandle['lessons']
type Result<Verb extends Exclude<keyof Lessons, 'breaks' | 'exam'>> = Awaited<ReturnType<Lessons[Verb]>>
type Page = Result<'text'>

/** What to type next. */
const nextWords = (page: Page): string =>
  page.hasCheck ? say('when it is done: klab lesson check') : say('when you have read it: klab lesson next')

async function printStep(
  app: App,
  args: { json?: boolean | undefined; open?: boolean | undefined },
  page: Page,
  lab: LabHandle,
): Promise<number> {
  if (args.json) printJson(app, page)
  else {
    await printPage(app, lab, page, args.open)
    app.stdout.write(`\n${nextWords(page)}\n`)
  }
  return 0
}

/** `klab lesson list`. Throws UsageError. */
export async function runLessonList(app: App, args: Args<typeof options.LESSON_LIST_OPTIONS>): Promise<number> {
  const all = await (await labOf(app, args)).lessons.list({ dirs: args.dir, language: chosenLanguage(app, args) })
  if (args.json) printJson(app, all)
  else if (all.length === 0) app.stdout.write(`${say('no lessons')}\n`)
  else
    app.stdout.write(
      columns([
        heads('LESSON', 'STEPS', 'MINUTES', 'BEGINS AFTER', 'TITLE'),
        ...all.map((l) =>
          l.problem === undefined
            ? [l.name, String(l.steps), String(l.minutes ?? '-'), l.until ?? 'ready', l.title]
            : [l.name, '-', '-', '-', say('cannot run: {why}', { why: l.problem })],
        ),
      ]),
    )
  return 0
}

/** `klab lesson start`. Throws UsageError, StateError, LessonError, HostError, LockedError. */
export async function runStart(app: App, args: Args<typeof options.START_OPTIONS>): Promise<number> {
  return withProgress(app, args, async (lab) => {
    const { minutes, seed, key } = args
    const exam = args.exam === true ? { minutes, seed, key } : undefined
    const page = await lab.lessons.start(args.lesson, { language: chosenLanguage(app, args), exam })
    return { lab, page }
  }).then(({ lab, page }) => printStep(app, args, page, lab))
}

const STATES = { passed: 'passed', here: 'here', open: '-' } as const

/** `klab lesson status`. Throws StateError. */
export async function runLessonStatus(app: App, args: Args<typeof options.LESSON_STATUS_OPTIONS>): Promise<number> {
  const s = await (await labOf(app, args)).lessons.status(chosenLanguage(app, args))
  if (args.json) {
    printJson(app, s)
    return 0
  }
  const rows = s.steps.map((x) => [
    String(x.number),
    STATES[x.state],
    x.hasCheck ? String(x.failed) : '-',
    String(x.hints),
    x.solved ? 'yes' : '-',
    x.snapshot ?? '-',
    x.title,
  ])
  app.stdout.write(`${s.lesson}: ${s.title}\n\n`)
  app.stdout.write(columns([heads('STEP', 'STATE', 'FAILED', 'HINTS', 'SOLVED', 'SNAPSHOT', 'TITLE'), ...rows]))
  if (s.unready)
    app.stdout.write(
      `\n${say('step {step} was set up only in part: klab lesson reset', { step: Math.max(s.step, 1) })}\n`,
    )
  return 0
}

/** `klab lesson text`. Throws StateError, LessonError. */
export async function runText(app: App, args: Args<typeof options.TEXT_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  const page = await lab.lessons.text({ language: chosenLanguage(app, args), intro: args.intro })
  return printStep(app, args, page, lab)
}

/** `klab lesson open`: serves the page until Ctrl-C. Throws StateError. */
export async function runOpen(app: App, args: Args<typeof options.OPEN_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  const page = await lab.lessons.open({ port: args.port, language: chosenLanguage(app, args) })
  app.stdout.write(`${page.url}\n${say('open this in a browser on this machine; Ctrl-C ends it')}\n`)
  return page.ended
}

/** `klab lesson run`: the exit status is the command's. Throws UsageError, StateError. */
export async function runNumber(app: App, args: Args<typeof options.RUN_OPTIONS>): Promise<number> {
  const { argv, env, text } = await (await labOf(app, args)).lessons.command(args.number, chosenLanguage(app, args))
  app.stderr.write(`$ ${text}\n`)
  return app.foreground(argv, env)
}

/** `klab lesson check`; 1: not passed. Throws StateError, LockedError. */
export async function runLessonCheck(app: App, args: Args<typeof options.LESSON_CHECK_OPTIONS>): Promise<number> {
  const r = await withProgress(app, args, (lab) => lab.lessons.check())
  const passed = r.outcome === 'passed'
  if (args.json) printJson(app, r)
  else {
    if (r.output !== '') app.stdout.write(`${r.output.trimEnd()}\n`)
    const saved = r.snapshot === undefined ? '' : say('; saved as {name}', { name: r.snapshot })
    const next = passed
      ? r.isFault
        ? say('klab lesson finish keeps the lab as it is; klab break undo puts it back to before the fault')
        : `klab lesson ${r.isLast ? 'finish' : 'next'}`
      : r.outcome === 'failed'
        ? 'klab lesson hint'
        : 'klab status'
    const outcome = say('step {step}: {outcome}', { step: r.step, outcome: translated(OUTCOME_WORDS[r.outcome]) })
    app.stdout.write(`${outcome}${saved}\n${say('try next: {command}', { command: next })}\n`)
  }
  return passed ? 0 : 1
}

/** `klab lesson hint`. Throws UsageError, StateError, LockedError. */
export async function runHint(app: App, args: Args<typeof options.HINT_OPTIONS>): Promise<number> {
  const h = await withProgress(app, args, (lab) => lab.lessons.hint(chosenLanguage(app, args)))
  if (args.json) printJson(app, h)
  else app.stdout.write(`${say('hint {number} of {of}: {text}', h)}\n`)
  return 0
}

/** `klab lesson solve`; 1: its script failed. Throws UsageError, StateError, LockedError. */
export async function runSolve(app: App, args: Args<typeof options.SOLVE_OPTIONS>): Promise<number> {
  const r = await withProgress(app, args, (lab) => lab.lessons.solve())
  if (args.json) printJson(app, r)
  else {
    const done =
      r.outcome === 'passed' ? say('step {step}: its solution ran', r) : say('step {step}: its solution {outcome}', r)
    const next = say('try next: {command}', { command: 'klab lesson check' })
    app.stdout.write(`${r.output.trimEnd()}\n${done}\n${next}\n`)
  }
  return r.outcome === 'passed' ? 0 : 1
}

type Went = Result<'next'>

async function goTo(
  app: App,
  args: Args & { readonly json?: boolean | undefined },
  work: (lab: LabHandle) => Promise<Went>,
): Promise<number> {
  const { lab, page } = await withProgress(app, args, async (lab) => ({ lab, page: await work(lab) }))
  const { ms, settled } = page
  if (!args.json && ms !== undefined) {
    const ready = settled?.readyMs === undefined ? '' : say(', Ready after {time}', { time: seconds(settled.readyMs) })
    const undo = say('; klab snapshot undo undoes that')
    app.stdout.write(`${say('the lab went back in {time}', { time: seconds(ms) })}${ready}${undo}\n\n`)
  }
  return printStep(app, args, page, lab)
}

/** `klab lesson next`. Throws StateError, LockedError. */
export const runNext = (app: App, args: Args<typeof options.NEXT_OPTIONS>): Promise<number> =>
  goTo(app, args, (lab) => lab.lessons.next({ skip: args.skip, language: chosenLanguage(app, args) }))

/** `klab lesson back`. Throws as `klab snapshot restore`. */
export const runBack = (app: App, args: Args<typeof options.BACK_OPTIONS>): Promise<number> =>
  goTo(app, args, (lab) => lab.lessons.back(chosenLanguage(app, args)))

/** `klab lesson reset`. Throws as `klab snapshot restore`. */
export const runReset = (app: App, args: Args<typeof options.RESET_OPTIONS>): Promise<number> =>
  goTo(app, args, (lab) => lab.lessons.reset({ all: args.all, language: chosenLanguage(app, args) }))

/** `klab lesson catch-up`. Throws UsageError; as `klab snapshot restore`. */
export const runCatchUp = (app: App, args: Args<typeof options.CATCH_UP_OPTIONS>): Promise<number> =>
  goTo(app, args, (lab) => lab.lessons.catchUp(args.step, chosenLanguage(app, args)))

/** `klab lesson finish`. Throws StateError, LockedError. */
export async function runFinish(app: App, args: Args<typeof options.FINISH_OPTIONS>): Promise<number> {
  const { lab, r } = await withProgress(app, args, async (lab) => ({
    lab,
    r: await lab.lessons.finish({ keep: args.keep }),
  }))
  if (args.json) printJson(app, r)
  else {
    if (r.page.markdown !== '') await printPage(app, lab, r.page)
    app.stdout.write(`\n${say('{lesson} is finished: {passed} of {steps} steps passed', r)}\n`)
  }
  return 0
}
