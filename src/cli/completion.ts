/** `klab completion`: what may come next on a command line, from the same declarations as `--help`. */
import type { LabHandle } from '../lab/api.js'
import type { App } from './app.js'
import { wordsAfterDashes, type Args, type Command, type Group, type OptionTable } from './command.js'
import type { COMPLETION_OPTIONS } from './daily-options.js'
import { splitGlobal } from './globals.js'
import { verbOf } from './locate.js'
import { labOf } from './progress.js'

type Look = LabHandle['words']
type Option = OptionTable[string]

/**
 * Each script asks klab itself, so it knows the lab's own names. zsh reads its script in two ways: with `source`, or
 * from a folder of its own as the body of `_klab`, when somebody first wants a word.
 */
const SCRIPTS = {
  bash: `_klab() {
  local IFS=$'\\n'
  COMPREPLY=($(klab completion bash --words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _klab klab
`,
  zsh: `#compdef klab
_klab() {
  local -a found
  found=(\${(f)"$(klab completion zsh --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
if [[ $funcstack[1] = _klab ]]; then _klab; else compdef _klab klab; fi
`,
  fish: `function __klab
  set -l before (commandline -opc)[2..]
  klab completion fish --words -- $before (commandline -ct) 2>/dev/null
end
complete -c klab -a '(__klab)'
`,
} as const

/** What the placeholders of a usage mean. Others are files, or free words. */
const KINDS = {
  node: 'node',
  nodes: 'node',
  section: 'section',
  template: 'template',
  addon: 'addon',
  name: 'snapshot',
} as const

const choicesOf = (o: Option | undefined): readonly string[] => (o?.choices ?? []).map(String)
const takesValue = (o: Option | undefined): boolean => o !== undefined && o.type !== 'boolean'

/** The option that a word names: `--until`, `-n`. */
function optionOf(options: OptionTable, word: string): readonly [string, Option] | undefined {
  const name = /^--?([\w-]+)$/.exec(word)?.[1]
  if (name === undefined) return undefined
  return Object.entries(options).find(([key, o]) => key === name || [o.alias].flat().includes(name))
}

/** Placeholders: `halt [node..]` has `node`, as often as you like. */
const placesOf = (usage: string): readonly { readonly name: string; readonly many: boolean }[] =>
  [...usage.matchAll(/[<[]([\w-]+)(\.\.)?[>\]]/g)].map(([, name = '', many]) => ({ name, many: many !== undefined }))

async function wordsFor(name: string, from: Found, look: Look): Promise<readonly string[]> {
  const choices = choicesOf(from.command.options?.[name])
  if (choices.length > 0) return choices
  const kind = KINDS[name as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined
  return kind === undefined || (kind === 'snapshot' && from.verb !== 'snapshot') ? [] : look(kind)
}

interface Found {
  readonly verb: string
  readonly command: Command
  /** The words after verb and action, without the last one. */
  readonly rest: readonly string[]
}

/** All names of a verb. */
const namesOf = (entry: Command | Group): readonly string[] => [
  verbOf(entry),
  ...('actions' in entry ? [] : (entry.aliases ?? [])),
]

/** The command that is being typed, or the words that are possible as its verb or action. */
function commandOf(words: readonly string[], commands: readonly (Command | Group)[]): Found | readonly string[] {
  const [verb = '', ...rest] = words.slice(0, -1)
  if (words.length === 1) return [...commands.flatMap(namesOf), '--help', '--version']
  const entry = commands.find((c) => namesOf(c).includes(verb))
  if (!entry) return []
  if (!('actions' in entry)) return { verb, command: entry, rest }
  if (words.length === 2) return [...entry.actions.map(verbOf), '--help']
  const command = entry.actions.find((a) => verbOf(a) === rest[0])
  return command ? { verb, command, rest: rest.slice(1) } : []
}

/** What is possible for the last of these words (those after `klab`); none: a file, or anything. */
export async function complete(
  typed: readonly string[],
  commands: readonly (Command | Group)[],
  look: Look,
): Promise<readonly string[]> {
  const words = splitGlobal(typed).rest
  const current = words.at(-1) ?? ''
  const fitting = (all: readonly string[]): readonly string[] => [...new Set(all)].filter((w) => w.startsWith(current))
  if (words.length === 0) return []
  const found = commandOf(words, commands)
  if (!('command' in found)) return fitting(found)
  const { command, rest } = found
  if (rest.includes('--')) return []
  const options = command.options ?? {}
  const last = optionOf(options, rest.at(-1) ?? '')
  if (last && takesValue(last[1])) return fitting(await wordsFor(last[0], found, look))
  const places = placesOf(command.usage)
  if (current.startsWith('-')) {
    const named = Object.entries(options).filter(([name]) => !places.some((p) => p.name === name))
    return fitting([...named.flatMap(([name, o]) => (o.default === true ? [`--no-${name}`] : [`--${name}`])), '--help'])
  }
  const plain = rest.filter((w, i) => !w.startsWith('-') && !takesValue(optionOf(options, rest[i - 1] ?? '')?.[1]))
  const place = places[plain.length] ?? (places.at(-1)?.many === true ? places.at(-1) : undefined)
  // A section may be left out. Then the node is the first word.
  const here = place?.name === 'section' ? places : place ? [place] : []
  return fitting((await Promise.all(here.map((p) => wordsFor(p.name, found, look)))).flat())
}

/** Prints the script for a shell; `--words`: what may come next, one on each line. `commands`: all verbs of klab. */
export async function runCompletion(
  app: App,
  args: Args<typeof COMPLETION_OPTIONS>,
  commands: readonly (Command | Group)[],
): Promise<number> {
  if (args.words !== true) {
    app.stdout.write(SCRIPTS[args.shell])
    return 0
  }
  const typed = wordsAfterDashes(args)
  const lab = await labOf(app, { file: splitGlobal(typed).file ?? args.file })
  const found = await complete(typed, commands, (kind) => lab.words(kind))
  app.stdout.write(found.map((w) => `${w}\n`).join(''))
  return 0
}
