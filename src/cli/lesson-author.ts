/** `klab lesson new`, `lint`, `test` and `report`: for authors of lessons and for trainers. */
import { writeFile } from 'node:fs/promises'
import type { LabHandle } from '../lab/api.js'
import { columns, heads } from '../report/columns.js'
import { escapeMarkup } from '../report/markup.js'
import { duration } from '../report/text.js'
import { say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { LESSON_REPORT_OPTIONS, LINT_OPTIONS, NEW_OPTIONS, TEST_OPTIONS } from './lesson-options.js'
import { labOf, withProgress } from './progress.js'

type Tried = Awaited<ReturnType<LabHandle['lessons']['test']>>

/** Prints what is wrong; 1: the lesson cannot run. Throws HostError. */
export async function runLint(app: App, args: Args<typeof LINT_OPTIONS>): Promise<number> {
  const r = await (await labOf(app, args)).lessons.lint(args.dir)
  if (args.json) printJson(app, r)
  else {
    for (const { file, line, column, level, message } of r.issues)
      app.stdout.write(
        `${file}:${line === undefined ? '' : `${line}:${column ?? 1}:`} ${level}: ${translated(message)}\n`,
      )
    const errors = r.issues.filter((i) => i.level === 'error').length
    const lab = r.lab === undefined ? say('; no lab is up to compare images, machines and internet with') : ''
    const found = { dir: r.dir, errors, warnings: r.issues.length - errors }
    app.stdout.write(`${say('{dir}: {errors} errors, {warnings} warnings', found)}${lab}\n`)
    if (r.lacking.length > 0) {
      app.stdout.write(`${say('the lab lacks {images}', { images: r.lacking.join(', ') })}: `)
      const how = say(
        'save them with docker save -o images.tar … where they are, then klab bundle add-images images.tar',
      )
      app.stdout.write(`${how}\n`)
    } else if (r.lab === undefined && r.images.length > 0)
      app.stdout.write(`${say('it needs {images}', { images: r.images.join(', ') })}\n`)
  }
  return r.ok ? 0 : 1
}

/** A lesson as lines. */
function text({ lesson, steps, ms, ok }: Tried): string {
  const lines = steps.map((s) => {
    const checked =
      s.before === undefined
        ? say('no check')
        : say('check {before}, solved, check {after}', { before: s.before, after: s.after ?? say('not run') })
    const what = s.problem === undefined ? checked : say('WRONG: {problem}', { problem: s.problem })
    const said = s.problem === undefined || s.output === '' ? '' : `\n${s.output.trimEnd().replace(/^/gm, '      ')}`
    return `  ${s.number}  ${what}${say(', ')}${duration(s.ms)}: ${s.title}${said}`
  })
  return `${ok ? 'ok' : 'NOT OK'}  ${lesson}${say(', ')}${duration(ms)}\n${lines.join('\n')}\n`
}

const xml = (s: string): string => escapeMarkup(s).replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '')

/** As JUnit's XML, which CI servers read. */
function junit(all: readonly Tried[]): string {
  const suites = all.map(({ lesson, steps }) => {
    const cases = steps.map(({ number, title, ms, problem, output }) => {
      const failure = problem === undefined ? '' : `<failure message="${xml(problem)}">${xml(output)}</failure>`
      const name = `classname="${xml(lesson)}" name="${number} ${xml(title)}"`
      return `<testcase ${name} time="${(ms / 1000).toFixed(1)}">${failure}</testcase>`
    })
    const failures = steps.filter((s) => s.problem !== undefined).length
    const counts = `tests="${steps.length}" failures="${failures}"`
    return `<testsuite name="${xml(lesson)}" ${counts}>\n${cases.join('\n')}\n</testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}

/** Tests lessons one after the other; 1: one of them is not as it should be. Throws as `klab lesson start`. */
export async function runTest(app: App, args: Args<typeof TEST_OPTIONS>): Promise<number> {
  const all: Tried[] = []
  const take = (tried: Tried): void => {
    all.push(tried)
    if (!args.json) app.stdout.write(text(tried))
  }
  if (args.together === true)
    (await withProgress(app, args, (lab) => lab.lessons.testTogether(args.lesson))).forEach(take)
  else for (const name of args.lesson) take(await withProgress(app, args, (lab) => lab.lessons.test(name)))
  if (args.junit !== undefined) await writeFile(args.junit, junit(all))
  if (args.json) printJson(app, all)
  return all.every((t) => t.ok) ? 0 : 1
}

/** `klab lesson new`. Throws UsageError, StateError. */
export async function runNew(app: App, args: Args<typeof NEW_OPTIONS>): Promise<number> {
  const made = await (await labOf(app, args)).lessons.create(args.dir)
  const next = say('try next: {command}', { command: `klab lesson test ${args.dir}` })
  if (args.json) printJson(app, made)
  else app.stdout.write(`${made.dir}: ${made.files.join(', ')}\n${next}\n`)
  return 0
}

/** `klab lesson report`. Throws StateError. */
export async function runLessonReport(app: App, args: Args<typeof LESSON_REPORT_OPTIONS>): Promise<number> {
  const { exam, verify } = args
  if (verify !== undefined) return (await import('./exam.js')).verifyExam(app, args, verify)
  if (exam !== undefined) return (await import('./exam.js')).writeExam(app, args, exam)
  const { lab, work } = await (await labOf(app, args)).lessons.report({ html: args.html })
  if (args.json) {
    printJson(app, { lab, work })
    return 0
  }
  const rows = work.flatMap((w) =>
    w.steps.map((s) => [
      w.lesson,
      String(s.step),
      s.passed ? 'passed' : 'open',
      String(s.failed),
      String(s.hints),
      s.solved ? 'yes' : '-',
      s.seconds === null ? '-' : duration(s.seconds * 1000),
    ]),
  )
  const head = heads('LESSON', 'STEP', 'STATE', 'FAILED', 'HINTS', 'SOLVED', 'TIME')
  app.stdout.write(rows.length === 0 ? `${say('no lesson was started here')}\n` : columns([head, ...rows]))
  return 0
}
