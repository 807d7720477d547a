/** The options and words of every verb. yargs reads them, and the types of the handlers' arguments come from them. */
import { PROVISION_PHASES, UP_PHASES } from '../lab/choices.js'
import { LANGUAGES } from '../words/language.js'
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

/** Of every verb. */
export const COMMON_OPTIONS = {
  file: {
    type: 'string',
    describe: 'Labfile (default: the one here or in a folder above); -f before the command',
    requiresArg: true,
  },
  verbose: { type: 'boolean', describe: 'show the causes and stacks of errors' },
  lang: { choices: LANGUAGES, describe: 'klab’s language (default: your locale’s, else en)', requiresArg: true },
} as const satisfies OptionTable

export const UP_OPTIONS = {
  until: {
    choices: UP_PHASES,
    default: 'ready',
    describe: 'the last phase to run; you do the rest by hand',
    requiresArg: true,
  },
  from: {
    type: 'string',
    describe: 'start from a snapshot of this lab, or from a file of `snapshot export`',
    requiresArg: true,
  },
  'disk-only': { type: 'boolean', describe: 'with --from FILE: ignore the saved RAM, boot from the disks' },
  seal: {
    type: 'boolean',
    describe: 'keep the Ready lab in the cache, and take it from there next time',
  },
  fresh: { type: 'boolean', describe: 'make the lab from scratch, even if the cache has it sealed' },
  force: { type: 'boolean', describe: 'start even if the host’s memory looks too small' },
  yes: { alias: 'y', type: 'boolean', describe: 'remove nodes that the Labfile no longer has, without asking' },
  ...jsonProgress,
} as const satisfies OptionTable

export const STATUS_OPTIONS = {
  fresh: {
    type: 'boolean',
    describe: 'wait for a new answer of the API server (10 s at most)',
  },
  ...json,
} as const satisfies OptionTable

export const KUBECONFIG_OPTIONS = {
  path: { type: 'boolean', describe: 'print the path of the file instead' },
  merge: { type: 'boolean', describe: 'add it to your own kubeconfig, as the current context' },
  unmerge: { type: 'boolean', describe: 'remove it from your own kubeconfig; nothing else changes' },
  ...json,
} as const satisfies OptionTable

export const LOGS_OPTIONS = {
  node: { type: 'string', describe: 'the node whose serial console to print' },
  lines: { alias: 'n', type: 'number', default: 100, describe: 'how many lines from the end', requiresArg: true },
  follow: { alias: 'f', type: 'boolean', describe: 'keep printing new lines, until Ctrl-C' },
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
  section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all sections below it; shows all findings' },
  node: { type: 'string', array: true, describe: 'only these nodes' },
  ...jsonProgress,
} as const satisfies OptionTable

export const EXPLAIN_OPTIONS = {
  section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all sections below it' },
} as const satisfies OptionTable

export const HALT_OPTIONS = {
  node: { type: 'string', array: true, describe: 'only these nodes' },
  force: { type: 'boolean', describe: 'power off at once, like pulling the plug' },
  ...jsonProgress,
} as const satisfies OptionTable

export const DESTROY_OPTIONS = {
  force: { alias: 'f', type: 'boolean', describe: 'do not ask' },
  orphans: { type: 'boolean', describe: 'remove machines and disks of lost labs; needs no Labfile' },
  json: { type: 'boolean', describe: 'progress as JSON lines on stderr' },
} as const satisfies OptionTable

export const VALIDATE_OPTIONS = json satisfies OptionTable

export const PLAN_OPTIONS = {
  until: { choices: UP_PHASES, default: 'ready', describe: 'the last phase', requiresArg: true },
  ...json,
} as const satisfies OptionTable

export const DOCTOR_OPTIONS = json satisfies OptionTable
