/** The only place that words errors for people. */
import { Interrupted, KlabError, StepError } from '../errors.js'
import { say, translated } from '../words/say.js'
import { systemFailure } from './system-error.js'

export interface FormatErrorOptions {
  /** Stacks and causes too. */
  readonly verbose?: boolean
  /** Paints a heading; by default it does not. */
  readonly paint?: (text: string) => string
}

/** The error as lines (final newline included): what failed and where, what was said last, what to try. */
export function formatError(error: unknown, { verbose = false, paint = (s) => s }: FormatErrorOptions = {}): string {
  const all = flatten(error)
  const lines = all.flatMap((e, i) => [
    ...(i > 0 ? [''] : []),
    ...(e instanceof KlabError ? expected(e, paint) : bug(e, verbose, paint)),
  ])
  if (verbose) for (const e of all) if (e instanceof KlabError) lines.push('', ...trace(e))
  return `${lines.join('\n')}\n`
}

/**
 * The exit status for this error: that of the cause if a step failed, that of the first of several errors; 1 for bugs.
 */
export function exitCodeOf(error: unknown): number {
  const [first] = flatten(error)
  if (first instanceof StepError && first.cause instanceof KlabError) return first.cause.exitCode
  return first instanceof KlabError ? first.exitCode : 1
}

/** Opens AggregateErrors, wherever they are. A step that failed for several reasons is shown once for each reason. */
function flatten(error: unknown): unknown[] {
  if (error instanceof AggregateError) return error.errors.flatMap(flatten)
  if (error instanceof StepError && error.cause instanceof AggregateError) {
    return error.cause.errors.flatMap(flatten).map((cause) => new StepError(error.phase, error.step, cause))
  }
  if (error instanceof StepError) {
    const failure = systemFailure(error.cause)
    return [failure ? new StepError(error.phase, error.step, failure) : error]
  }
  return [systemFailure(error) ?? error]
}

function expected(error: KlabError, paint: (text: string) => string): string[] {
  if (error instanceof Interrupted) return [translated(error.message)]
  const hint = error.hint === undefined ? [] : [say('try: {what}', { what: translated(error.hint) })]
  if (!(error instanceof StepError)) return [`${paint(say('error:'))} ${translated(error.message)}`, ...hint]
  const { cause } = error
  const where = `${paint(say('error:'))} ${say('phase {phase}, step {step}:', error)}`
  const body = cause instanceof KlabError ? translated(cause.message) : bugWords(cause)
  return [where, ...body.split('\n').map((line) => `  ${line}`), ...hint]
}

function bug(error: unknown, verbose: boolean, paint: (text: string) => string): string[] {
  return [
    `${paint(say('error:'))} ${bugWords(error)}`,
    ...(verbose
      ? [...trace(error), say('please report it with the lines above and the command you typed')]
      : [say('please report it with what the same command says with --verbose')]),
  ]
}

const bugWords = (error: unknown): string => say('this is a bug in klab: {what}', { what: describe(error) })

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

function trace(error: unknown): string[] {
  const lines: string[] = []
  for (let e = error, n = 0; e instanceof Error && n < 10; e = e.cause, n++) {
    lines.push(`${n > 0 ? 'caused by ' : ''}${e.stack ?? describe(e)}`)
  }
  return lines
}
