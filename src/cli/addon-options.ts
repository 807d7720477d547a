/** The options and words of `klab addon`, an action each. */
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

export const ADDON_LIST_OPTIONS = json satisfies OptionTable

export const ADDON_OPTIONS = {
  addon: { type: 'string', describe: 'its name, as `klab addon list` shows it', demandOption: true },
  ...jsonProgress,
} as const satisfies OptionTable
