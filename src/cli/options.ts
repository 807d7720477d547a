/** The options and words of every verb: what yargs reads, and what the handlers' arguments are typed from. */
import { PROVISION_PHASES, UP_PHASES } from '../lab/choices.js'
import type { OptionTable } from './command.js'

const json = { json: { type: 'boolean', describe: 'print JSON' } } as const
const jsonProgress = {
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
} as const

export const UP_OPTIONS = {
  until: {
    choices: UP_PHASES,
    default: 'ready',
    describe: 'the last phase to do; the rest is yours to do by hand',
    requiresArg: true,
  },
  from: {
    type: 'string',
    describe: 'a snapshot of this lab, or a file that `snapshot export` wrote: as it was then',
    requiresArg: true,
  },
  'disk-only': { type: 'boolean', describe: 'with --from FILE: leave the RAM out and boot from the disks' },
  seal: {
    type: 'boolean',
    describe: 'keep the lab in the cache when all nodes are Ready, so that a later `up` takes it from there',
  },
  fresh: { type: 'boolean', describe: 'from scratch, also when the cache holds the lab sealed' },
  force: { type: 'boolean', describe: 'go on where the host’s memory looks too small' },
  ...jsonProgress,
} as const satisfies OptionTable

export const STATUS_OPTIONS = {
  fresh: {
    type: 'boolean',
    describe: 'wait for the API server (10 s at most) where its last answer would be shown',
  },
  ...json,
} as const satisfies OptionTable

export const KUBECONFIG_OPTIONS = {
  path: { type: 'boolean', describe: 'print where the file is instead' },
  merge: { type: 'boolean', describe: 'add it to your own kubeconfig, as the current context' },
  unmerge: { type: 'boolean', describe: 'take it out of there again; nothing else is changed' },
  ...json,
} as const satisfies OptionTable

export const LOGS_OPTIONS = {
  node: { type: 'string', describe: 'the node whose console it is' },
  lines: { alias: 'n', type: 'number', default: 100, describe: 'how many lines from the end', requiresArg: true },
  follow: { alias: 'f', type: 'boolean', describe: 'go on with what is written from now on, until Ctrl-C' },
  json: { type: 'boolean', describe: 'klab’s own log as JSON lines' },
} as const satisfies OptionTable

export const SNAPSHOT_OPTIONS = {
  action: {
    choices: [
      'save',
      'list',
      'show',
      'restore',
      'delete',
      'rename',
      'push',
      'pop',
      'undo',
      'flatten',
      'export',
      'import',
    ],
  },
  name: { type: 'string', describe: 'the snapshot; import: the file' },
  to: { type: 'string', describe: 'rename: its new name; export: the file; import: the snapshot’s name here' },
  message: { alias: 'm', type: 'string', describe: 'save, push: what it is', requiresArg: true },
  live: {
    type: 'boolean',
    default: true,
    describe: 'save, push: write RAM while nodes run (--no-live: faster, but pauses them)',
  },
  undo: {
    type: 'boolean',
    default: true,
    describe: 'restore, pop: keep the present state for `snapshot undo` (or --no-undo)',
  },
  verify: { type: 'boolean', describe: 'show, restore: compare every byte with the sha256 of when it was saved' },
  wait: {
    type: 'boolean',
    default: true,
    describe: 'restore, pop, undo: wait until all nodes are Ready (or --no-wait)',
  },
  force: { type: 'boolean', describe: 'export: write over the file' },
  'disk-only': { type: 'boolean', describe: 'import: leave the RAM out; the lab then boots from its disks' },
  ...json,
} as const satisfies OptionTable

export const PROVISION_OPTIONS = {
  node: { type: 'string', array: true, describe: 'only on these nodes' },
  from: { choices: PROVISION_PHASES, describe: 'the first phase to run', requiresArg: true },
  only: { choices: PROVISION_PHASES, describe: 'the only phase to run', requiresArg: true },
  ...jsonProgress,
} as const satisfies OptionTable

export const CHECK_OPTIONS = {
  section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all of it; all of its lines are shown' },
  node: { type: 'string', array: true, describe: 'only these nodes' },
  ...json,
} as const satisfies OptionTable

export const EXPLAIN_OPTIONS = {
  section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all of it' },
} as const satisfies OptionTable

export const HALT_OPTIONS = {
  node: { type: 'string', array: true, describe: 'only these nodes' },
  force: { type: 'boolean', describe: 'at once, as by pulling the plug' },
  ...jsonProgress,
} as const satisfies OptionTable

export const DESTROY_OPTIONS = {
  force: { alias: 'f', type: 'boolean', describe: 'do not ask' },
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr' },
} as const satisfies OptionTable

export const VALIDATE_OPTIONS = json satisfies OptionTable

export const PLAN_OPTIONS = {
  until: { choices: UP_PHASES, default: 'ready', describe: 'the last phase', requiresArg: true },
  ...json,
} as const satisfies OptionTable

export const DOCTOR_OPTIONS = json satisfies OptionTable

export const BUNDLE_OPTIONS = {
  action: { choices: ['build', 'list', 'verify', 'export', 'import'] },
  path: { type: 'string', describe: 'export, import: the file; verify: a file or folder instead of the cache' },
  sha256: { type: 'string', describe: 'import: what the whole file’s sha256 must be', requiresArg: true },
  ...json,
} as const satisfies OptionTable
