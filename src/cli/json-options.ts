/** `--json`, as most verbs have it. */
import type { OptionTable } from './command.js'

export const json = { json: { type: 'boolean', describe: 'print JSON' } } as const satisfies OptionTable

/** Of verbs that take long. */
export const jsonProgress = {
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the result as JSON on stdout' },
} as const satisfies OptionTable
