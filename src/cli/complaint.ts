/** Says what is wrong with a command line: turns what yargs found into klab's own words. Pure. */
import { UsageError } from '../errors.js'
import { nearest } from '../report/nearest.js'
import { LANGUAGES } from '../words/language.js'
import { english } from '../words/say.js'
import type { Command, Group } from './command.js'
import { locate, verbOf, wordsOfUsage } from './locate.js'

/** Options that every command has. */
const COMMON = ['file', 'verbose', 'lang', 'help', 'version']

/** `--lang` that klab does not speak. */
export const noLanguage = (lang: string): UsageError =>
  lang === ''
    ? usage(english('--lang: needs a value'), 'klab --lang zh --help')
    : usage(
        english('--lang: {lang} is not one of {languages}', { lang, languages: LANGUAGES.join(', ') }),
        'klab --lang zh --help',
      )

const usage = (message: string, hint: string): UsageError => new UsageError(message, { hint })

/** The option as it was typed, such as `--untill` or `-x`; undefined: `key` was a word. */
function typed(key: string, rest: readonly string[]): string | undefined {
  const end = rest.indexOf('--')
  const own = (end < 0 ? rest : rest.slice(0, end)).filter((w) => w.startsWith('-')).map((w) => w.split('=')[0] ?? w)
  const long = own.find((w) => w === `--${key}` || w === `--no-${key}`)
  return long ?? (key.length === 1 && own.some((w) => /^-[^-]/.test(w) && w.includes(key)) ? `-${key}` : undefined)
}

/** No verb, an unknown one, a group without an action or with an unknown one; undefined: the command is known. */
function noCommand(commands: readonly (Command | Group)[], rest: readonly string[]): UsageError | undefined {
  const { words, entry, command } = locate(commands, rest)
  if (command) return undefined
  const [verb, action] = words
  if (verb === undefined) {
    const option = rest.find((w) => w.startsWith('-') && w !== '--' && !COMMON.includes(w.slice(2)))
    if (option === undefined) return usage(english('name a command'), 'klab --help')
    const meant = nearest(option.replace(/^-+/, ''), COMMON)
    return usage(english('no such option {option}', { option }), `klab --${meant ?? 'help'}`)
  }
  const after = rest.slice(rest.indexOf(words.at(-1) ?? verb) + 1).join(' ')
  const known = (entry && 'actions' in entry ? entry.actions : commands).map(verbOf)
  const meant = nearest(action ?? verb, known)
  if (!entry) {
    const hint = meant === undefined ? '--help' : `${meant} ${after}`.trim()
    return usage(
      meant === undefined
        ? english('{verb}: no such command', { verb })
        : english('{verb}: no such command; did you mean {meant}?', { verb, meant }),
      `klab ${hint}`,
    )
  }
  const actions = known.join(', ')
  if (action === undefined)
    return usage(english('{verb}: name an action: {actions}', { verb, actions }), `klab ${verb} --help`)
  const hint = meant === undefined ? '--help' : `${meant} ${after}`.trim()
  const name = `${verb} ${action}`
  return usage(
    meant === undefined
      ? english('{name}: no such action; there are {actions}', { name, actions })
      : english('{name}: no such action; did you mean {meant}?', { name, meant }),
    `klab ${verb} ${hint}`,
  )
}

/** An option that the command does not have, or one word too many. */
function unknown(key: string, name: string, command: Command, rest: readonly string[]): UsageError {
  const option = typed(key, rest)
  if (option === undefined) {
    const [, ...takes] = command.usage.split(' ')
    const hint = `klab ${name}${takes.length === 0 ? '' : ` ${takes.join(' ')}`}`
    // A path after a verb that takes none is probably a Labfile.
    if (takes.length === 0)
      return usage(english('{name}: takes no arguments, found {key}', { name, key }), pathHint(key, name) ?? hint)
    return usage(english('{name}: {key} is one argument too many', { name, key }), hint)
  }
  if (option === '-f') return usage(english('-f: goes before the command'), `klab -f LABFILE ${name}`)
  const meant = nearest(key, [...Object.keys(command.options ?? {}), ...COMMON])
  return usage(english('{name}: no such option {option}', { name, option }), `klab ${name} --${meant ?? 'help'}`)
}

const pathHint = (word: string, name: string): string | undefined =>
  /[./]|labfile/i.test(word) ? `klab -f ${word} ${name}` : undefined

/** The missing word of the usage. `given`: how many words there were. */
function missing(given: number, name: string, command: Command): UsageError {
  const [, ...takes] = command.usage.split(' ')
  const needed = takes[given] ?? ''
  const what = command.options?.[needed.replace(/\W/g, '')]?.describe
  const hint = `klab ${name} ${takes.filter((w) => w.startsWith('<')).join(' ')}`
  return usage(
    what === undefined
      ? english('{name}: needs {needed}', { name, needed })
      : english('{name}: needs {needed}, {what}', { name, needed, what: english(what) }),
    hint,
  )
}

/**
 * The words of a command that takes none after `--`: there they count as its own. yargs would drop them, and would take
 * `--name x` for the word `<name>`. Throws UsageError.
 */
export function requireOwnWords(commands: readonly (Command | Group)[], rest: readonly string[]): readonly string[] {
  const { words, command } = locate(commands, rest)
  const name = words.join(' ')
  const end = rest.indexOf('--')
  const [own, after] = end < 0 ? [rest, []] : [rest.slice(0, end), rest.slice(end + 1)]
  for (const word of command ? wordsOfUsage(command.usage) : [])
    if (command && own.some((w) => w === `--${word}` || w.startsWith(`--${word}=`)))
      throw usage(
        english('{name}: no such option {option}', { name, option: `--${word}` }),
        `klab ${[name, ...command.usage.split(' ').slice(1)].join(' ')}`,
      )
  const dashed = after.find((w) => w.startsWith('-'))
  if (dashed !== undefined)
    throw usage(english('{name}: {word}: no name begins with -', { name, word: dashed }), `klab ${name} --help`)
  return [...own, ...after]
}

/** What yargs complains about, with the nearest correct word. */
export function complaint(
  message: string,
  commands: readonly (Command | Group)[],
  rest: readonly string[],
): UsageError {
  const none = noCommand(commands, rest)
  if (none) return none
  const { words, command } = locate(commands, rest)
  const name = words.join(' ')
  if (!command) return usage(message, 'klab --help')

  const strange = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(', ')[0]
  if (strange !== undefined) return unknown(strange, name, command, rest)
  const given = /^Not enough non-option arguments: got (\d+)/.exec(message)?.[1]
  if (given !== undefined) return missing(Number(given), name, command)
  const empty = /^Not enough arguments following: (.*)$/.exec(message)?.[1]
  if (empty !== undefined)
    return usage(english('{name}: --{option}: needs a value', { name, option: empty }), `klab ${name} --help`)
  const [, option = '', value = ''] = /Argument: (\S+), Given: "?(.*?)"?, Choices:/.exec(message) ?? []
  if (option === 'lang') return noLanguage(value)
  if (option) {
    const choices = (command.options?.[option]?.choices ?? []).map(String)
    const meant = nearest(value, choices)
    const hint = meant === undefined ? '--help' : `--${option} ${meant}`
    const all = choices.join(', ')
    return usage(
      english('{name}: --{option}: {value} is not one of {all}', { name, option, value, all }),
      `klab ${name} ${hint}`,
    )
  }
  const clash = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(message)
  if (clash) {
    const [, one = '', other = ''] = clash
    return usage(
      english('{name}: --{one} and --{other} cannot be used together', { name, one, other }),
      `klab ${name} --help`,
    )
  }
  return usage(`${name}: ${message}`, `klab ${name} --help`)
}
