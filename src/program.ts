/**
 * The process edge: reads the environment, builds the doors, runs the command line, turns errors into text and exit
 * status. main.ts starts it.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline/promises'
import type { App } from './cli/app.js'
import { parse } from './cli/parse.js'
import { COMMANDS, epilogue } from './cli/commands.js'
import { spokenLanguage } from './cli/globals.js'
import { HostError, Interrupted, KlabError } from './errors.js'
import { systemClock } from './host/clock.js'
import { keepFilesPrivate } from './host/process.js'
import { openLab } from './index.js'
import { safeJson, safeStream, safeText } from './report/safe.js'
import { VERSION } from './version.js'
import { chooseLanguage, english, say } from './words/say.js'

keepFilesPrivate()

const abort = new AbortController()

function createApp(): App {
  return {
    env: process.env,
    stdout: safeStream(process.stdout),
    stderr: safeStream(process.stderr),
    screen: process.stderr,
    page: process.stdout,
    clock: systemClock,
    lab: (file, onEvent) => openLab({ file, onEvent, signal: abort.signal }),
    foreground: (argv, more) =>
      new Promise((resolve, reject) => {
        const [tool = '', ...args] = argv
        const child = spawn(tool, args, { stdio: 'inherit', env: { ...process.env, ...more } })
        child.once('error', (cause: NodeJS.ErrnoException) =>
          reject(
            cause.code === 'ENOENT'
              ? new HostError(english('{tool}: command not found', { tool }), { hint: 'klab doctor', cause })
              : cause,
          ),
        )
        child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]))
      }),
    ask: async (question) => {
      if (!process.stdin.isTTY) return undefined
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(safeText(question), { signal: abort.signal })
      } finally {
        lines.close()
      }
    },
  }
}

async function main(): Promise<number> {
  const app = createApp()
  const argv = process.argv.slice(2)
  await chooseLanguage(spokenLanguage(COMMANDS, argv, process.env))
  const program = { commands: COMMANDS, version: VERSION, epilogue: epilogue() }
  const verbose = argv.includes('--verbose')
  try {
    const parsed = await parse(program, argv, process.stdout.columns || 100)
    if ('text' in parsed) {
      app.stdout.write(parsed.text)
      return 0
    }
    const run = await parsed.command.load()
    return await run(app, parsed.args)
  } catch (caught) {
    const { systemFailure } = await import('./report/system-error.js')
    const error =
      abort.signal.aborted && !(caught instanceof KlabError) ? new Interrupted() : (systemFailure(caught) ?? caught)
    const { exitCodeOf, formatError } = await import('./report/format-error.js')
    app.stderr.write(formatError(error, { verbose }))
    const shown = error instanceof KlabError ? error.toJSON() : { code: 'bug', message: String(error) }
    if (argv.includes('--json')) app.stdout.write(`${safeJson({ error: shown })}\n`)
    return exitCodeOf(error)
  }
}

/** Whether a part of the output could not be written; main's own exit status must not hide it. */
let unwritten = false

/**
 * Whoever reads klab's output may stop early (`klab plan | head -1`): what is under way goes on to its end, and nothing
 * more is said. Any other failure to write (a full disk) is told where that is still possible.
 */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (stream === process.stdout)
      process.stderr.write(`${say('klab: the output cannot be written: {why}', { why: error.message })}\n`)
    unwritten = true
    process.exitCode = 1
  })
}
let pressed = 0
// A terminal that closes is no reason to stop in the middle of a step either.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The first asks the running steps to stop; who presses twice wants out now.
    if (++pressed > 1) process.exit(130)
    abort.abort()
  })
}

main().then(
  (code) => {
    process.exitCode = unwritten && code === 0 ? 1 : code
  },
  (error: unknown) => {
    process.stderr.write(`${safeText(String(error))}\n`)
    process.exitCode = 1
  },
)
