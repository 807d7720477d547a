/** The options and words of `klab break`, an action each. */
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'
import { lang } from './lesson-options.js'

export const BREAK_LIST_OPTIONS = { ...lang, ...json } as const satisfies OptionTable

export const BREAK_OPTIONS = {
  fault: { type: 'string', describe: 'a name from `klab break list`, or random', demandOption: true },
  seed: { type: 'number', describe: 'with random: the same number gives the same fault', requiresArg: true },
  level: { choices: ['easy', 'hard'], describe: 'with random: only faults of this level', requiresArg: true },
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const BREAK_UNDO_OPTIONS = jsonProgress satisfies OptionTable
