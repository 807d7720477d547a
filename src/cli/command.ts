/** The only file that knows yargs: turns command declarations into a parser, lazily loading what a command does. */
import type { InferredOptionTypes, Options } from 'yargs'
import { UsageError } from '../errors.js'
import { nearest } from '../report/nearest.js'
import type { App } from './app.js'

export type OptionTable = Readonly<Record<string, Options>>

/** What a handler gets: the command's own options, typed as options.ts declares them, and those of all commands. */
export type Args<O extends OptionTable = OptionTable> = CommonArgs & TypedArgs<O>

interface CommonArgs {
  readonly _: readonly (string | number)[]
  readonly file?: string | undefined
  readonly verbose?: boolean | undefined
}

/** None where no options are declared. */
type TypedArgs<O extends OptionTable> = string extends keyof O ? unknown : Readonly<InferredOptionTypes<O>>

interface Declaration<O extends OptionTable> {
  /** yargs' form: `up`, `logs [node]`. */
  readonly usage: string
  readonly describe: string
  /** Other names of the verb. */
  readonly aliases?: readonly string[]
  readonly options?: O
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Everything after the verb goes to another program as it is. */
  readonly passthrough?: boolean
  /** Loads the handler; its number is the exit status. */
  readonly load: () => Promise<(app: App, args: Args<O>) => Promise<number>>
}

/** One verb of klab, whatever its options. */
export type Command = Omit<Declaration<OptionTable>, 'load'> & {
  readonly load: () => Promise<(app: App, args: Args) => Promise<number>>
}

/** A command whose handler takes what its options give. Only `parse`, which read these very options, may call it. */
export const command = <O extends OptionTable>(declared: Declaration<O>): Command => declared as unknown as Command

export interface Program {
  readonly commands: readonly Command[]
  readonly version: string
  readonly epilogue: string
}

export interface Parsed {
  readonly command: Command
  readonly args: Args
}

/** Options before the verb: `klab -f FILE VERB …`. After `destroy`, `-f` is --force, as in Vagrant. */
function splitGlobal(argv: readonly string[]): { file: string | undefined; rest: readonly string[] } {
  const [first = '', second] = argv
  if (first.startsWith('--file=')) return { file: first.slice('--file='.length), rest: argv.slice(1) }
  if (first === '-f' || first === '--file') {
    if (second === undefined)
      throw new UsageError(`${first}: needs the path of a Labfile`, { hint: 'klab -f path/to/Labfile status' })
    return { file: second, rest: argv.slice(2) }
  }
  return { file: undefined, rest: argv }
}

/** The verb of a usage. */
export const verbOf = (usage: string): string => usage.split(' ')[0] ?? usage

/** What yargs complains of, with the nearest thing that would have been right. */
function complaint(message: string, commands: readonly Command[], rest: readonly string[]): UsageError {
  const verb = rest.find((word) => !word.startsWith('-'))
  const command = commands.find((c) => verbOf(c.usage) === verb)
  if (verb === undefined) return new UsageError(message, { hint: 'klab --help' })
  if (!command) {
    const meant = nearest(
      verb,
      commands.map((c) => verbOf(c.usage)),
    )
    return new UsageError(`${verb}: no such command`, { hint: `klab ${meant ?? '--help'}` })
  }
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  if (unknown === 'f') return new UsageError('-f: goes before the command', { hint: `klab -f LABFILE ${verb}` })
  const meant =
    unknown === undefined
      ? undefined
      : nearest(unknown, [...Object.keys(command.options ?? {}), 'file', 'verbose', 'help'])
  return new UsageError(`${verb}: ${message}`, { hint: `klab ${verb} --${meant ?? 'help'}` })
}

/**
 * A verb with nothing but boolean options of its own needs no yargs, whose loading costs a tenth of what `klab status`
 * may take.
 */
function plain(commands: readonly Command[], rest: readonly string[], file: string | undefined): Parsed | undefined {
  const [verb, ...flags] = rest
  const command = commands.find((c) => c.usage === verb)
  const options = command?.options ?? {}
  const known = flags.every((f) => f.startsWith('--') && options[f.slice(2)]?.type === 'boolean')
  if (!command || !known || Object.values(options).some((o) => o.type !== 'boolean')) return undefined
  return { command, args: { _: [command.usage], ...Object.fromEntries(flags.map((f) => [f.slice(2), true])), file } }
}

/** What goes to another program: `--` before it only ends klab's own words. */
export function wordsOf(rest: readonly (string | number)[]): readonly string[] {
  const words = rest.map(String)
  return words[0] === '--' ? words.slice(1) : words
}

/** The words after `--`, for a verb that runs them as a command; none: there was no `--`. */
export const wordsAfterDashes = (args: Args): readonly string[] =>
  ((args as { readonly '--'?: readonly (string | number)[] })['--'] ?? []).map(String)

/** Parses the command line. Returns text to print for --help and --version. Throws UsageError. */
export async function parse(
  program: Program,
  argv: readonly string[],
  columns: number,
): Promise<Parsed | { readonly text: string }> {
  const { file, rest } = splitGlobal(argv)
  const direct = program.commands.find((c) => c.passthrough && verbOf(c.usage) === rest[0])
  if (direct && rest[1] !== '--help') return { command: direct, args: { _: rest, file } }

  const simple = plain(program.commands, rest, file)
  if (simple) return simple

  const { default: yargs } = await import('yargs')
  let found: Parsed | undefined
  let text = ''
  const parser = yargs()
    .scriptName('klab')
    .usage('$0 [-f LABFILE] <command> [options]')
    .wrap(Math.min(columns, 120))
    .version(program.version)
    .help()
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .demandCommand(1, 'klab: name a command')
    .epilogue(program.epilogue)
    .parserConfiguration({ 'populate--': true })
    .option('file', {
      type: 'string',
      describe: 'Labfile (default: `Labfile` here or in a folder above); also -f, before the command',
      requiresArg: true,
    })
    .option('verbose', { type: 'boolean', describe: 'show causes and stacks of errors' })
    .fail((message, error) => {
      // yargs throws its own YError for some mistakes and only tells others.
      const thrown: unknown = error
      if (thrown instanceof Error && thrown.name !== 'YError') throw thrown
      throw complaint(thrown instanceof Error ? thrown.message : message, program.commands, rest)
    })
  for (const command of program.commands) {
    parser.command(
      [command.usage, ...(command.aliases ?? [])],
      command.describe,
      (y) => {
        y.options(command.options ?? {})
        for (const [example, what] of command.examples) y.example(example, what)
        return y
      },
      (args) => {
        found = { command, args: { ...args, file: args.file ?? file } }
      },
    )
  }
  await parser.parseAsync([...rest], {}, (_error: unknown, _args: unknown, output: string) => {
    text = output
  })
  if (found && !text) return found
  return { text: `${text}\n` }
}
