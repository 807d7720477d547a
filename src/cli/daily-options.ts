/** The options and words of the verbs for everyday life with a lab that is up. */
import type { OptionTable } from './command.js'

export const EXEC_OPTIONS = {
  all: { alias: 'a', type: 'boolean', describe: 'on all nodes' },
  node: { alias: 'n', type: 'string', array: true, describe: 'on these nodes', requiresArg: true },
  timeout: {
    type: 'number',
    describe: 'seconds after which the command is ended; without it, none',
    requiresArg: true,
  },
  json: { type: 'boolean', describe: 'print JSON: exit status, stdout and stderr of each node' },
} as const satisfies OptionTable
