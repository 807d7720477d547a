/** The options and words of the everyday verbs. */
import type { OptionTable } from './command.js'

const jsonProgress = {
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
} as const

export const EXEC_OPTIONS = {
  all: { alias: 'a', type: 'boolean', describe: 'on all nodes' },
  node: { type: 'string', array: true, describe: 'on these nodes' },
  nodes: { alias: 'n', type: 'string', array: true, describe: 'the same as an option', requiresArg: true },
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

export const SUSPEND_OPTIONS = jsonProgress satisfies OptionTable

export const RESUME_OPTIONS = jsonProgress satisfies OptionTable

export const LIST_OPTIONS = {
  prune: { type: 'boolean', describe: 'remove the records of labs that have no machine left, with their snapshots' },
  yes: { alias: 'y', type: 'boolean', describe: 'with --prune: do not ask' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const RELOAD_OPTIONS = {
  node: { type: 'string', array: true, describe: 'only these nodes' },
  force: { type: 'boolean', describe: 'off at once, as by pulling the plug' },
  ...jsonProgress,
} as const satisfies OptionTable

export const INVENTORY_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON, which Ansible reads too' },
} as const satisfies OptionTable

export const INIT_OPTIONS = {
  template: { type: 'string', describe: 'one of klab’s own labs; without it klab asks, or takes quickstart' },
  json: { type: 'boolean', describe: 'print JSON, and do not ask' },
} as const satisfies OptionTable

export const COMPLETION_OPTIONS = {
  shell: { choices: ['bash', 'zsh', 'fish'], demandOption: true, describe: 'the shell that is to complete' },
  words: { type: 'boolean', describe: 'print what may come after the words after --; the scripts call it' },
} as const satisfies OptionTable

export const CACHE_LIST_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const CACHE_PRUNE_OPTIONS = {
  to: { type: 'string', describe: 'until the cache takes no more than this, such as 8GiB', requiresArg: true },
  yes: { alias: 'y', type: 'boolean', describe: 'do not ask' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const FORWARD_OPTIONS = {
  node: { type: 'string', demandOption: true, describe: 'the node that it leads into' },
  ports: {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'PORT, HOSTPORT:GUESTPORT or HOSTPORT:ADDRESS:GUESTPORT (seen from the node)',
  },
  json: { type: 'boolean', describe: 'print JSON, a line for each port' },
} as const satisfies OptionTable

export const CONSOLE_OPTIONS = {
  node: { type: 'string', demandOption: true, describe: 'the node whose serial console it is' },
} as const satisfies OptionTable

export const TOP_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON, in bytes' },
} as const satisfies OptionTable

export const SYNC_OPTIONS = {
  folder: { type: 'string', demandOption: true, describe: 'the folder here' },
  to: { type: 'string', array: true, demandOption: true, describe: 'NODE:PATH, as many as you like' },
  watch: { alias: 'w', type: 'boolean', describe: 'go on with each change, until Ctrl-C' },
  delete: { type: 'boolean', describe: 'remove there what the folder here does not have' },
  root: { type: 'boolean', describe: 'as root in the guest (default: the lab’s user)' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable
