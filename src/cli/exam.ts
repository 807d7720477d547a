/** `klab lesson keygen`, and the reports of exams. */
import { CorruptError, UsageError } from '../errors.js'
import { columns, heads } from '../report/columns.js'
import { duration } from '../report/text.js'
import { english, say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { KEYGEN_OPTIONS, LESSON_REPORT_OPTIONS } from './lesson-options.js'
import { labOf } from './progress.js'

type ReportArgs = Args<typeof LESSON_REPORT_OPTIONS>
type Result = Awaited<ReturnType<Awaited<ReturnType<typeof labOf>>['lessons']['exam']['result']>>

/** `klab lesson keygen`. Throws StateError. */
export async function runKeygen(app: App, args: Args<typeof KEYGEN_OPTIONS>): Promise<number> {
  const made = await (await labOf(app, args)).lessons.exam.keys(args.keyfile)
  if (args.json) printJson(app, made)
  else {
    app.stdout.write(`${made.privateKey}\n${made.publicKey}\n`)
    const plain = made.isEncrypted ? '' : say('; it is not encrypted (set KLAB_KEY_PASSPHRASE to encrypt it)')
    app.stderr.write(`${say('keep the private key away from trainees')}${plain}\n`)
  }
  return 0
}

const resultText = ({ title, passed, of, usedSeconds, minutes, tasks }: Result): string => {
  const rows = tasks.map((x) => [x.name, x.passed ? 'passed' : 'open', String(x.failed), duration(x.seconds * 1000)])
  const used = duration(usedSeconds * 1000)
  const words = { title, passed, of, used, minutes }
  const head = `${say('{title}: {passed} of {of} tasks passed, {used} of {minutes} minutes used', words)}\n`
  return `${head}\n${columns([heads('TASK', 'STATE', 'FAILED', 'TIME'), ...rows])}`
}

/** `klab lesson report --exam`. Throws StateError, UsageError. */
export async function writeExam(app: App, args: ReportArgs, file: string): Promise<number> {
  const r = await (await labOf(app, args)).lessons.exam.report(file, { key: args.key })
  if (args.json) printJson(app, r)
  else {
    app.stdout.write(
      `${resultText(r.result)}\n${r.file}: ${r.isSigned ? say('signed') : say('NOT signed (--key FILE)')}\n`,
    )
    for (const doubt of r.result.doubts)
      app.stdout.write(`${say('ask the trainee about: {doubt}', { doubt: translated(doubt) })}\n`)
  }
  return 0
}

/** `klab lesson report --verify`. Throws UsageError; CorruptError when the report is not as it was signed. */
export async function verifyExam(app: App, args: ReportArgs, file: string): Promise<number> {
  if (args.key === undefined)
    throw new UsageError(english('lesson report --verify: needs the trainer’s public key'), {
      hint: '--key trainer.pub',
    })
  const r = await (await labOf(app, args)).lessons.exam.verify(file, args.key)
  if (args.json) printJson(app, r)
  else app.stdout.write(resultText(r.result))
  for (const problem of r.problems) app.stderr.write(`${translated(problem)}\n`)
  if (!r.isSigned)
    throw new CorruptError(english('{file}: it was not signed with that key', { file }), {
      hint: english('ask for the report again'),
    })
  const signed = r.isStartSigned
    ? say('signed with that key, at the start of the exam too')
    : say('signed with that key')
  if (!args.json) app.stdout.write(`\n${signed}\n`)
  return r.problems.length > 0 ? 1 : 0
}
