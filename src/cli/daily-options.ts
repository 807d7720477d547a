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

export const CP_OPTIONS = {
  from: { type: 'string', demandOption: true, describe: 'a path here, or NODE:PATH' },
  to: { type: 'string', demandOption: true, describe: 'a path here, or NODE:PATH (from the lab user’s home)' },
  recursive: { alias: 'r', type: 'boolean', describe: 'folders too, with all that is in them' },
  root: { type: 'boolean', describe: 'as root in the guest (default: the lab’s user)' },
  json: { type: 'boolean', describe: 'print JSON: where it is now, files, bytes' },
} as const satisfies OptionTable
