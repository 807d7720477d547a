/** How a command is declared: its words, options and help, and how its handler is loaded. */
import type { InferredOptionTypes, Options } from 'yargs'
import type { Text } from '../words/say.js'
import type { App } from './app.js'

export type OptionTable = Readonly<Record<string, Omit<Options, 'describe'> & { readonly describe?: Text }>>

/** What a handler gets: the command's own options, typed as options.ts declares them, and those of all commands. */
export type Args<O extends OptionTable = OptionTable> = CommonArgs & TypedArgs<O>

interface CommonArgs {
  readonly _: readonly (string | number)[]
  /** The words after `--`, if the command takes `rest`. */
  readonly '--'?: readonly string[] | undefined
  readonly file?: string | undefined
  readonly verbose?: boolean | undefined
  readonly lang?: string | undefined
}

/** Absent if no options are declared. */
type TypedArgs<O extends OptionTable> = string extends keyof O ? unknown : Readonly<InferredOptionTypes<O>>

interface Declaration<O extends OptionTable> {
  /** yargs' form: `up`, `logs [node]`. */
  readonly usage: string
  readonly describe: Text
  /** Other names of the verb. */
  readonly aliases?: readonly string[]
  readonly options?: O
  readonly examples: readonly (readonly [command: string, what: Text])[]
  /** Everything after the verb goes to another program unchanged. */
  readonly passthrough?: boolean
  /** Takes the words after `--`, unchanged, in `args['--']`. Other commands read them as their own words. */
  readonly rest?: boolean
  /** Loads the handler; its number is the exit status. */
  readonly load: () => Promise<(app: App, args: Args<O>) => Promise<number>>
}

/** One verb of klab, with whatever options. */
export type Command = Omit<Declaration<OptionTable>, 'load'> & {
  readonly load: () => Promise<(app: App, args: Args) => Promise<number>>
}

/** A verb with actions. Each action is a command: `snapshot save`. */
export interface Group {
  /** The verb. */
  readonly usage: string
  readonly describe: Text
  readonly examples: readonly (readonly [command: string, what: Text])[]
  readonly actions: readonly Command[]
}

/** A command whose handler takes the values of its options. Only `parse`, which read these options, may call it. */
export const command = <O extends OptionTable>(declared: Declaration<O>): Command => declared as unknown as Command

/** The words for another program. A `--` before it only ends klab's own words. */
export function wordsOf(rest: readonly (string | number)[]): readonly string[] {
  const words = rest.map(String)
  return words[0] === '--' ? words.slice(1) : words
}

/** The words after `--`, for a verb that runs them as a command; none: there was no `--`. */
export const wordsAfterDashes = (args: Args): readonly string[] => (args['--'] ?? []).map(String)
