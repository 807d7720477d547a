/** The options and words of every verb. yargs reads them, and the types of the handlers' arguments come from them. */
import { PROVISION_PHASES, UP_PHASES } from '../lab/choices.js'
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

/** Of every verb. */
export const COMMON_OPTIONS = {
  file: {
    type: 'string',
    describe: 'Labfile (default: the one here or in a folder above); -f before the command',
    requiresArg: true,
  },
  verbose: { type: 'boolean', describe: 'show causes and stacks of errors' },
} as const satisfies OptionTable

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
    describe: 'keep the Ready lab in the cache, and take it from there next time',
  },
  fresh: { type: 'boolean', describe: 'from scratch, also when the cache holds the lab sealed' },
  force: { type: 'boolean', describe: 'go on where the host’s memory looks too small' },
  yes: { alias: 'y', type: 'boolean', describe: 'remove nodes that the Labfile no longer has without a question' },
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

export const REPORT_OPTIONS = {
  path: { type: 'string', describe: 'the file to write; default: klab-report-LAB-TIME.tar.gz here' },
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
  ...jsonProgress,
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
  orphans: { type: 'boolean', describe: 'what labs left in libvirt whose record is gone, whatever the Labfile' },
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr' },
} as const satisfies OptionTable

export const VALIDATE_OPTIONS = json satisfies OptionTable

export const PLAN_OPTIONS = {
  until: { choices: UP_PHASES, default: 'ready', describe: 'the last phase', requiresArg: true },
  ...json,
} as const satisfies OptionTable

export const DOCTOR_OPTIONS = json satisfies OptionTable
