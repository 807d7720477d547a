/** The options and words of `klab snapshot`, an action each. */
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

const name = { type: 'string', describe: 'the snapshot', demandOption: true } as const
const message = {
  message: { alias: 'm', type: 'string', describe: 'a note, shown by `snapshot list`', requiresArg: true },
} as const
const live = {
  live: {
    type: 'boolean',
    default: true,
    describe: 'write RAM while nodes run (--no-live: faster, but pauses them)',
  },
} as const
const undo = {
  undo: {
    type: 'boolean',
    default: true,
    describe: 'keep the present state for `snapshot undo` (--no-undo: do not)',
  },
} as const
const verify = {
  verify: { type: 'boolean', describe: 'compare all files with their sha256 from when they were saved' },
} as const
const wait = {
  wait: { type: 'boolean', default: true, describe: 'wait until all nodes are Ready (--no-wait: do not)' },
} as const

export const SAVE_OPTIONS = {
  name: { type: 'string', describe: 'its name (default: the time)' },
  ...message,
  ...live,
  ...jsonProgress,
} as const satisfies OptionTable

export const SNAPSHOT_LIST_OPTIONS = json satisfies OptionTable

export const SHOW_OPTIONS = { name, ...verify, ...json } as const satisfies OptionTable

export const RESTORE_OPTIONS = { name, ...undo, ...verify, ...wait, ...jsonProgress } as const satisfies OptionTable

export const DELETE_OPTIONS = { name, ...json } as const satisfies OptionTable

export const RENAME_OPTIONS = {
  name,
  to: { type: 'string', describe: 'its new name', demandOption: true },
  ...json,
} as const satisfies OptionTable

export const PUSH_OPTIONS = { ...message, ...live, ...jsonProgress } as const satisfies OptionTable

export const POP_OPTIONS = { ...undo, ...verify, ...wait, ...jsonProgress } as const satisfies OptionTable

export const UNDO_OPTIONS = { ...verify, ...wait, ...jsonProgress } as const satisfies OptionTable

export const FLATTEN_OPTIONS = json satisfies OptionTable

export const EXPORT_OPTIONS = {
  name,
  to: { type: 'string', describe: 'the file to write', demandOption: true },
  force: { type: 'boolean', describe: 'overwrite an existing file' },
  ...jsonProgress,
} as const satisfies OptionTable

export const IMPORT_OPTIONS = {
  path: { type: 'string', describe: 'the file to read', demandOption: true },
  name: { type: 'string', describe: 'the snapshot’s name here (default: the one in the file)' },
  'disk-only': { type: 'boolean', describe: 'ignore the saved RAM; the lab then boots from its disks' },
  ...jsonProgress,
} as const satisfies OptionTable
