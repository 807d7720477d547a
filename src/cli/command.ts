/** The only file that knows yargs: turns command declarations into a parser, lazily loading what a command does. */
import type { Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs'
import { UsageError } from '../errors.js'
import type { App } from './app.js'
import { complaint, requireOwnWords } from './complaint.js'
import { locate, wordsOfUsage } from './locate.js'

export type OptionTable = Readonly<Record<string, Options>>

/** What a handler gets: the command's own options, typed as options.ts declares them, and those of all commands. */
export type Args<O extends OptionTable = OptionTable> = CommonArgs & TypedArgs<O>

interface CommonArgs {
  readonly _: readonly (string | number)[]
  /** What stands after `--`, where the command takes `rest`. */
  readonly '--'?: readonly string[] | undefined
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
  /** Takes words after `--`, as they are, in `args['--']`. Others take them for their own words. */
  readonly rest?: boolean
  /** Loads the handler; its number is the exit status. */
  readonly load: () => Promise<(app: App, args: Args<O>) => Promise<number>>
}

/** One verb of klab, whatever its options. */
export type Command = Omit<Declaration<OptionTable>, 'load'> & {
  readonly load: () => Promise<(app: App, args: Args) => Promise<number>>
}

/** A verb with actions, each a command of its own: `snapshot save`. */
export interface Group {
  /** The verb. */
  readonly usage: string
  readonly describe: string
  readonly examples: readonly (readonly [command: string, what: string])[]
  readonly actions: readonly Command[]
}

/** A command whose handler takes what its options give. Only `parse`, which read these very options, may call it. */
export const command = <O extends OptionTable>(declared: Declaration<O>): Command => declared as unknown as Command

export interface Program {
  readonly commands: readonly (Command | Group)[]
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

/**
 * A command with nothing but boolean options of its own needs no yargs, whose loading costs a tenth of what
 * `klab status` may take.
 */
function plain({ commands }: Program, rest: readonly string[], file: string | undefined): Parsed | undefined {
  const { words, command } = locate(commands, rest)
  const flags = rest.slice(words.length)
  const options = command?.options ?? {}
  if (!command || command.usage !== words.at(-1) || words.some((w, i) => rest[i] !== w)) return undefined
  if (Object.values(options).some((o) => o.type !== 'boolean' || o.default !== undefined)) return undefined
  if (!flags.every((f) => f.startsWith('--') && options[f.slice(2)] !== undefined)) return undefined
  return { command, args: { _: words, ...Object.fromEntries(flags.map((f) => [f.slice(2), true])), file } }
}

/** What goes to another program: `--` before it only ends klab's own words. */
export function wordsOf(rest: readonly (string | number)[]): readonly string[] {
  const words = rest.map(String)
  return words[0] === '--' ? words.slice(1) : words
}

/** Adds a command, or a verb with its actions, to yargs. `found` is called with the one that the words name. */
function declare(parser: Argv, entry: Command | Group, found: (parsed: Parsed) => void): void {
  if ('actions' in entry) {
    parser.command(`${entry.usage} <action>`, entry.describe, (y) => {
      for (const action of entry.actions) declare(y, action, found)
      for (const [example, what] of entry.examples) y.example(example, what)
      return y.usage(`$0 ${entry.usage} <action> [options]`).demandCommand(1)
    })
    return
  }
  parser.command(
    [entry.usage, ...(entry.aliases ?? [])],
    entry.describe,
    (y) => {
      for (const [name, option] of Object.entries(entry.options ?? {})) {
        // yargs' types know fewer settings for words than it takes.
        if (wordsOfUsage(entry.usage).includes(name)) y.positional(name, option as PositionalOptions)
        else y.option(name, option)
      }
      for (const [example, what] of entry.examples) y.example(example, what)
      return y
    },
    (args) => found({ command: entry, args }),
  )
}

/** Throws UsageError where an option that takes one value was given several. */
function refuseTwice({ command, args }: Parsed, name: string): void {
  for (const [key, option] of Object.entries(command.options ?? {}))
    if (Array.isArray((args as unknown as Record<string, unknown>)[key]) && option.array !== true)
      throw new UsageError(`${name}: --${key} is given twice`, { hint: `klab ${name} --help` })
}

/** The words after `--`, for a verb that runs them as a command; none: there was no `--`. */
export const wordsAfterDashes = (args: Args): readonly string[] => (args['--'] ?? []).map(String)

/** Parses the command line. Returns text to print for --help and --version. Throws UsageError. */
export async function parse(
  program: Program,
  argv: readonly string[],
  columns: number,
): Promise<Parsed | { readonly text: string }> {
  const { file, rest } = splitGlobal(argv)
  const { words, command } = locate(program.commands, rest)
  if (command?.passthrough && rest[0] === words[0] && rest[1] !== '--help') return { command, args: { _: rest, file } }

  const simple = plain(program, rest, file)
  if (simple) return simple

  const own = command?.rest === true ? rest : requireOwnWords(program.commands, rest)
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
    .demandCommand(1)
    .epilogue(program.epilogue)
    // Its sentences are looked through below: they must not follow the locale.
    .detectLocale(false)
    .parserConfiguration({ 'populate--': command?.rest === true })
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
  for (const entry of program.commands)
    declare(parser, entry, (parsed) => {
      found = { ...parsed, args: { ...parsed.args, file: parsed.args.file ?? file } }
    })
  await parser.parseAsync([...own], {}, (_error: unknown, _args: unknown, output: string) => {
    text = output
  })
  if (!found || text) return { text: `${text}\n` }
  refuseTwice(found, words.join(' '))
  return found
}
