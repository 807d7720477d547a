/** Finds the command that the words name. Without yargs, because quick verbs do not load it. */
import type { Command, Group } from './command.js'

export interface Located {
  /** The verb, and its action if it has actions; as typed, known or not. */
  readonly words: readonly string[]
  /** Undefined: there is no such verb. */
  readonly entry: Command | Group | undefined
  /** Undefined: there is no such verb or action. */
  readonly command: Command | undefined
}

/** `up`, of `up [options]`. */
export const verbOf = ({ usage }: { readonly usage: string }): string => usage.split(' ')[0] ?? usage

/** `name` and `to`, of `rename <name> <to>`. */
export const wordsOfUsage = (usage: string): readonly string[] =>
  usage
    .split(' ')
    .slice(1)
    .map((w) => w.replace(/\W/g, ''))

/** The words before `--` that are no options. (Of the options that every verb has, these two take a value.) */
const plainWords = (rest: readonly string[]): readonly string[] => {
  const end = rest.indexOf('--')
  const own = end < 0 ? rest : rest.slice(0, end)
  return own.filter((w, i) => !w.startsWith('-') && !['--file', '--lang'].includes(own[i - 1] ?? ''))
}

/** The command that these words name. */
export function locate(commands: readonly (Command | Group)[], rest: readonly string[]): Located {
  const [verb, action] = plainWords(rest)
  const entry = commands.find((c) => verbOf(c) === verb || ('aliases' in c && c.aliases.includes(verb ?? '')))
  const words = [verb, entry && 'actions' in entry ? action : undefined].filter((w) => w !== undefined)
  const command = entry && ('actions' in entry ? entry.actions.find((a) => verbOf(a) === action) : entry)
  return { words, entry, command }
}
