/** The options and words of the everyday verbs. */
import { PICTURE_FORMATS } from '../lab/choices.js'
import type { OptionTable } from './command.js'

const jsonProgress = {
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
} as const

export const EXEC_OPTIONS = {
  all: { alias: 'a', type: 'boolean', describe: 'on all nodes' },
  node: { type: 'string', array: true, describe: 'on these nodes' },
  nodes: { alias: 'n', type: 'string', array: true, describe: 'the same, as an option', requiresArg: true },
  timeout: {
    type: 'number',
    describe: 'end the command after this many seconds (default: no limit)',
    requiresArg: true,
  },
  json: { type: 'boolean', describe: 'print JSON: exit status, stdout and stderr of each node' },
} as const satisfies OptionTable

export const CP_OPTIONS = {
  from: { type: 'string', demandOption: true, describe: 'a path here, or NODE:PATH' },
  to: { type: 'string', demandOption: true, describe: 'a path here, or NODE:PATH (from the lab user’s home)' },
  recursive: { alias: 'r', type: 'boolean', describe: 'copy folders with everything in them' },
  root: { type: 'boolean', describe: 'as root in the guest (default: the lab’s user)' },
  json: { type: 'boolean', describe: 'print JSON: where it is now, files, bytes' },
} as const satisfies OptionTable

export const SUSPEND_OPTIONS = jsonProgress satisfies OptionTable

export const RESUME_OPTIONS = jsonProgress satisfies OptionTable

export const LIST_OPTIONS = {
  prune: { type: 'boolean', describe: 'remove labs that have no machine left, with their snapshots' },
  yes: { alias: 'y', type: 'boolean', describe: 'with --prune: do not ask' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const RELOAD_OPTIONS = {
  node: { type: 'string', array: true, describe: 'only these nodes' },
  force: { type: 'boolean', describe: 'power off at once, like pulling the plug' },
  ...jsonProgress,
} as const satisfies OptionTable

export const INVENTORY_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON, which Ansible reads too' },
} as const satisfies OptionTable

export const INIT_OPTIONS = {
  template: { type: 'string', describe: 'one of klab’s own labs (default: asks, or takes quickstart)' },
  json: { type: 'boolean', describe: 'print JSON, and do not ask' },
} as const satisfies OptionTable

export const COMPLETION_OPTIONS = {
  shell: { choices: ['bash', 'zsh', 'fish'], demandOption: true, describe: 'your shell' },
  words: { type: 'boolean', describe: 'print the possible next words; the scripts call this' },
} as const satisfies OptionTable

export const CACHE_LIST_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const CACHE_PRUNE_OPTIONS = {
  to: { type: 'string', describe: 'stop when the cache is no larger than this, such as 8GiB', requiresArg: true },
  yes: { alias: 'y', type: 'boolean', describe: 'do not ask' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable

export const FORWARD_OPTIONS = {
  node: { type: 'string', demandOption: true, describe: 'the node to forward to' },
  ports: {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'PORT, HOSTPORT:PORT, or HOSTPORT:ADDRESS:PORT (an address that the node reaches)',
  },
  json: { type: 'boolean', describe: 'print JSON, a line for each port' },
} as const satisfies OptionTable

export const CONSOLE_OPTIONS = {
  node: { type: 'string', demandOption: true, describe: 'the node whose serial console it is' },
} as const satisfies OptionTable

export const TOP_OPTIONS = {
  json: { type: 'boolean', describe: 'print JSON, in bytes' },
} as const satisfies OptionTable

const picture = {
  format: {
    choices: PICTURE_FORMATS,
    describe: 'how to draw it (default: text, or what the end of -o’s file name means)',
    requiresArg: true,
  },
  output: { alias: 'o', type: 'string', describe: 'write it to this file', requiresArg: true },
  force: { type: 'boolean', describe: 'with -o: overwrite an existing file' },
  json: { type: 'boolean', describe: 'print the data itself as JSON', conflicts: ['format', 'output'] },
} as const

export const TIMELINE_OPTIONS = {
  run: { type: 'number', default: 1, describe: 'which run: 1 is the newest', requiresArg: true },
  ...picture,
} as const satisfies OptionTable

export const GRAPH_OPTIONS = picture satisfies OptionTable

export const SYNC_OPTIONS = {
  folder: { type: 'string', demandOption: true, describe: 'the folder here' },
  to: { type: 'string', array: true, demandOption: true, describe: 'NODE:PATH, as many as you like' },
  watch: { alias: 'w', type: 'boolean', describe: 'copy each change, until Ctrl-C' },
  delete: { type: 'boolean', describe: 'remove files on the node that the folder here does not have' },
  root: { type: 'boolean', describe: 'as root in the guest (default: the lab’s user)' },
  json: { type: 'boolean', describe: 'print JSON' },
} as const satisfies OptionTable
