/** The only file that runs yargs: it reads the command line by the declarations of command.ts. */
import type { Argv, PositionalOptions } from 'yargs'
import { UsageError } from '../errors.js'
import { isLanguage } from '../words/language.js'
import { english, say, translated, type Text } from '../words/say.js'
import type { Args, Command, Group, OptionTable } from './command.js'
import { complaint, noLanguage, requireOwnWords } from './complaint.js'
import { splitGlobal } from './globals.js'
import { locate, wordsOfUsage } from './locate.js'
import { COMMON_OPTIONS } from './options.js'

export interface Program {
  readonly commands: readonly (Command | Group)[]
  readonly version: string
  readonly epilogue: string
}

export interface Parsed {
  readonly command: Command
  readonly args: Args
}

/** What stands before the verb. Throws UsageError if a value is missing, or is no language of klab's. */
function requireGlobal(argv: readonly string[]): ReturnType<typeof splitGlobal> {
  const found = splitGlobal(argv)
  const [first = ''] = found.rest
  if (found.rest.length === 1 && (first === '-f' || first === '--file'))
    throw new UsageError(english('{option}: needs the path of a Labfile', { option: first }), {
      hint: 'klab -f path/to/Labfile status',
    })
  const lang = first === '--lang' ? '' : found.lang
  if (lang !== undefined && !isLanguage(lang)) throw noLanguage(lang)
  return found
}

/**
 * A command that has only boolean options of its own needs no yargs. Loading yargs takes a tenth of the time that `klab
 * status` has.
 */
function plain({ commands }: Program, { file, lang, rest }: ReturnType<typeof splitGlobal>): Parsed | undefined {
  const { words, command } = locate(commands, rest)
  const flags = rest.slice(words.length)
  const options = command?.options ?? {}
  if (!command || command.usage !== words.at(-1) || words.some((w, i) => rest[i] !== w)) return undefined
  if (Object.values(options).some((o) => o.type !== 'boolean' || o.default !== undefined)) return undefined
  if (!flags.every((f) => f.startsWith('--') && options[f.slice(2)] !== undefined)) return undefined
  return { command, args: { _: words, ...Object.fromEntries(flags.map((f) => [f.slice(2), true])), file, lang } }
}

/** yargs' own words in a help text. Its complaints are read by complaint.ts and must stay as they are. */
const HELP_WORDS = [
  'Commands:',
  'Options:',
  'Positionals:',
  'Examples:',
  'Show help',
  'Show version number',
  'boolean',
  'string',
  'number',
  'array',
  'required',
  'default:',
  'choices:',
  'aliases:',
] as const satisfies readonly Text[]

/** The options with their texts in the chosen language. */
const described = (options: OptionTable): OptionTable =>
  Object.fromEntries(
    Object.entries(options).map(([name, o]) => [
      name,
      // Translated, it is no key any more.
      o.describe === undefined ? o : { ...o, describe: translated(o.describe) as Text },
    ]),
  )

/** Adds a command, or a verb with its actions, to yargs. `found` is called with the one that the words name. */
function declare(parser: Argv, entry: Command | Group, found: (parsed: Parsed) => void): void {
  if ('actions' in entry) {
    parser.command(`${entry.usage} <action>`, translated(entry.describe), (y) => {
      for (const action of entry.actions) declare(y, action, found)
      for (const [example, what] of entry.examples) y.example(example, translated(what))
      return y.usage(`$0 ${entry.usage} <action> [options]`).demandCommand(1)
    })
    return
  }
  parser.command(
    [entry.usage, ...(entry.aliases ?? [])],
    translated(entry.describe),
    (y) => {
      for (const [name, option] of Object.entries(described(entry.options ?? {}))) {
        // yargs' types have fewer settings for words than it accepts.
        if (wordsOfUsage(entry.usage).includes(name)) y.positional(name, option as PositionalOptions)
        else y.option(name, option)
      }
      for (const [example, what] of entry.examples) y.example(example, translated(what))
      return y
    },
    (args) => found({ command: entry, args }),
  )
}

/** Throws UsageError if an option that takes one value was given several. */
function refuseTwice({ command, args }: Parsed, name: string): void {
  for (const [key, option] of Object.entries(command.options ?? {}))
    if (Array.isArray((args as unknown as Record<string, unknown>)[key]) && option.array !== true)
      throw new UsageError(english('{name}: --{option} is given twice', { name, option: key }), {
        hint: `klab ${name} --help`,
      })
}

/** Parses the command line. Returns text to print for --help and --version. Throws UsageError. */
export async function parse(
  program: Program,
  argv: readonly string[],
  columns: number,
): Promise<Parsed | { readonly text: string }> {
  const global = requireGlobal(argv)
  const { file, rest } = global
  const { words, command } = locate(program.commands, rest)
  if (command?.passthrough && rest[0] === words[0] && rest[1] !== '--help')
    return { command, args: { _: rest, file, lang: global.lang } }

  const simple = plain(program, global)
  if (simple) return simple

  const own = command?.rest === true ? rest : requireOwnWords(program.commands, rest)
  const { default: yargs } = await import('yargs')
  let found: Parsed | undefined
  let text = ''
  // Lessons have texts in more languages: their own `--lang` takes any.
  const { lang, ...others } = COMMON_OPTIONS
  const common = command?.options?.['lang'] === undefined ? { ...others, lang } : others
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
    // Its sentences are compared below, so they must not depend on the locale.
    .detectLocale(false)
    .parserConfiguration({ 'populate--': command?.rest === true })
    .updateStrings(Object.fromEntries(HELP_WORDS.map((text) => [text, say(text)])))
    .options(described(common))
    .fail((message, error) => {
      // yargs throws its own YError for some mistakes and only reports others.
      const thrown: unknown = error
      if (thrown instanceof Error && thrown.name !== 'YError') throw thrown
      throw complaint(thrown instanceof Error ? thrown.message : message, program.commands, rest)
    })
  for (const entry of program.commands)
    declare(parser, entry, (parsed) => {
      found = {
        ...parsed,
        args: { ...parsed.args, file: parsed.args.file ?? file, lang: parsed.args.lang ?? global.lang },
      }
    })
  await parser.parseAsync([...own], {}, (_error: unknown, _args: unknown, output: string) => {
    text = output
  })
  if (!found || text) return { text: `${text}\n` }
  refuseTwice(found, words.join(' '))
  return found
}
