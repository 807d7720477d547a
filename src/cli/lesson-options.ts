/** The options and words of `klab lesson`, an action each. */
import type { OptionTable } from './command.js'
import { json, jsonProgress } from './json-options.js'

export const lang = {
  lang: { type: 'string', describe: 'language of the texts, such as zh (default: your locale’s)', requiresArg: true },
} as const
const open = { open: { type: 'boolean', describe: 'show the collapsed parts of the text too' } } as const

export const LESSON_LIST_OPTIONS = {
  dir: { type: 'string', array: true, describe: 'folders with lessons (default: your lab’s and klab’s own)' },
  ...lang,
  ...json,
} as const satisfies OptionTable

export const START_OPTIONS = {
  lesson: { type: 'string', describe: 'a name from `klab lesson list`, or a folder', demandOption: true },
  exam: { type: 'boolean', describe: 'an exam: LESSON is the trainer’s list of tasks, a YAML file' },
  minutes: {
    type: 'number',
    describe: 'with --exam: how long it lasts (default: from its file, or 60)',
    requiresArg: true,
  },
  seed: { type: 'number', describe: 'with --exam: the same number gives the same tasks', requiresArg: true },
  key: {
    type: 'string',
    describe: 'with --exam: the trainer’s private key, which signs the start',
    requiresArg: true,
  },
  ...open,
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const LESSON_STATUS_OPTIONS = { ...lang, ...json } as const satisfies OptionTable

export const TEXT_OPTIONS = {
  intro: { type: 'boolean', describe: 'show the introduction of the lesson too' },
  ...open,
  ...lang,
  ...json,
} as const satisfies OptionTable

export const OPEN_OPTIONS = {
  port: { type: 'number', describe: 'port on 127.0.0.1 (default: any free one)', requiresArg: true },
  ...lang,
} as const satisfies OptionTable

export const RUN_OPTIONS = {
  number: { type: 'number', describe: 'the command’s number in the text', demandOption: true },
  ...lang,
} as const satisfies OptionTable

export const LESSON_CHECK_OPTIONS = jsonProgress satisfies OptionTable

export const HINT_OPTIONS = { ...lang, ...jsonProgress } as const satisfies OptionTable

export const SOLVE_OPTIONS = jsonProgress satisfies OptionTable

export const NEXT_OPTIONS = {
  skip: { type: 'boolean', describe: 'skip a step whose check has not passed, if the lesson allows it' },
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const BACK_OPTIONS = { ...lang, ...jsonProgress } as const satisfies OptionTable

export const RESET_OPTIONS = {
  all: { type: 'boolean', describe: 'go back to the beginning of the lesson' },
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const CATCH_UP_OPTIONS = {
  step: { type: 'number', describe: 'the step to go to', demandOption: true },
  ...lang,
  ...jsonProgress,
} as const satisfies OptionTable

export const FINISH_OPTIONS = {
  keep: { type: 'boolean', describe: 'keep its snapshots until the next lesson starts' },
  ...jsonProgress,
} as const satisfies OptionTable

export const NEW_OPTIONS = {
  dir: { type: 'string', describe: 'the folder to make; its name becomes the lesson’s', demandOption: true },
  ...json,
} as const satisfies OptionTable

export const LESSON_REPORT_OPTIONS = {
  html: { type: 'string', describe: 'also write it as a page to this file', requiresArg: true },
  exam: { type: 'string', describe: 'write the report of the last exam to this file', requiresArg: true },
  verify: { type: 'string', describe: 'check the report of an exam in this file', requiresArg: true },
  key: {
    type: 'string',
    describe: 'with --exam: the trainer’s private key; with --verify: the public one',
    requiresArg: true,
  },
  ...json,
} as const satisfies OptionTable

export const KEYGEN_OPTIONS = {
  keyfile: {
    type: 'string',
    describe: 'the file for the private key; the public one is FILE.pub',
    demandOption: true,
  },
  ...json,
} as const satisfies OptionTable

export const LINT_OPTIONS = {
  dir: { type: 'string', describe: 'the lesson’s folder', demandOption: true },
  ...json,
} as const satisfies OptionTable

export const TEST_OPTIONS = {
  lesson: { type: 'string', array: true, describe: 'names or folders', demandOption: true },
  together: {
    type: 'boolean',
    describe: 'one snapshot for all lessons: faster; each starts where the one before ended',
  },
  junit: { type: 'string', describe: 'also write a JUnit report to this file', requiresArg: true },
  ...jsonProgress,
} as const satisfies OptionTable
