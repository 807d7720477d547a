/** The options and words of `klab break`, an action each. */
import type { OptionTable } from './command.js'

const json = { json: { type: 'boolean', describe: 'print JSON' } } as const
const jsonProgress = {
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the result as JSON on stdout' },
} as const
const lang = {
  lang: { type: 'string', describe: 'language of the texts, such as zh (default: of your locale)', requiresArg: true },
} as const

export const BREAK_LIST_OPTIONS = { ...lang, ...json } as const satisfies OptionTable

export const BREAK_OPTIONS = {
  fault: { type: 'string', describe: 'a name from `klab break list`, or random', demandOption: true },
  seed: { type: 'number', describe: 'with random: the same number, the same fault', requiresArg: true },
  level: { choices: ['easy', 'hard'], describe: 'with random: only such', requiresArg: true },
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const BREAK_UNDO_OPTIONS = jsonProgress satisfies OptionTable
