/** Options before the verb, and the language they ask for. Without yargs: this comes before anything is printed. */
import { isLanguage, localeLanguage, type Language } from '../words/language.js'
import type { App } from './app.js'
import type { Command, Group } from './command.js'
import { locate } from './locate.js'

interface Globals {
  readonly file: string | undefined
  readonly lang: string | undefined
  /** From the verb on. An option that lacks its value stays in front. */
  readonly rest: readonly string[]
}

/** `klab -f FILE --lang zh VERB …`. After `destroy`, `-f` is --force, as in Vagrant. */
export function splitGlobal(argv: readonly string[]): Globals {
  const found: { file?: string; lang?: string } = {}
  for (let rest = argv; ;) {
    const [, short, long, sameWord] = /^(?:(-f|--file|--lang)|(--file|--lang)=(.*))$/s.exec(rest[0] ?? '') ?? []
    const key = (short ?? long) === '--lang' ? 'lang' : 'file'
    const value = sameWord ?? rest[1]
    if ((short ?? long) === undefined || value === undefined || found[key] !== undefined)
      return { file: found.file, lang: found.lang, rest }
    found[key] = value
    rest = rest.slice(long === undefined ? 2 : 1)
  }
}

/** `--lang` after the verb, whatever it says; not in the words of another program. */
function langAfter(commands: readonly (Command | Group)[], rest: readonly string[]): string | undefined {
  if (locate(commands, rest).command?.passthrough) return undefined
  const end = rest.indexOf('--')
  const own = end < 0 ? rest : rest.slice(0, end)
  const at = own.findIndex((w) => w === '--lang' || w.startsWith('--lang='))
  return own[at] === '--lang' ? own[at + 1] : own[at]?.slice('--lang='.length)
}

/** What klab speaks: what `--lang` says, else the locale; English if it is neither of klab's languages. */
export function spokenLanguage(
  commands: readonly (Command | Group)[],
  argv: readonly string[],
  env: App['env'],
): Language {
  const { lang, rest } = splitGlobal(argv)
  const asked = lang ?? langAfter(commands, rest)
  if (isLanguage(asked)) return asked
  const locale = localeLanguage(env)
  return isLanguage(locale) ? locale : 'en'
}
