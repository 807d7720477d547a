/** The actions of `klab break`: words, options, examples. */
import { BREAK_LIST_OPTIONS, BREAK_OPTIONS, BREAK_UNDO_OPTIONS } from './break-options.js'
import { command, type Command } from './command.js'
import { HINT_OPTIONS, LESSON_CHECK_OPTIONS, SOLVE_OPTIONS } from './lesson-options.js'

export const BREAK_ACTIONS: readonly Command[] = [
  command({
    usage: 'list',
    describe: 'List the faults, by their symptoms',
    options: BREAK_LIST_OPTIONS,
    examples: [['klab break list --lang zh', 'in Chinese']],
    load: async () => (await import('./break.js')).runBreakList,
  }),
  command({
    usage: 'start <fault>',
    describe: 'Save the lab and break it',
    options: BREAK_OPTIONS,
    examples: [
      ['klab break start random --level easy', 'one that you do not know'],
      ['klab break start random --seed 7', 'the same one for the whole class'],
    ],
    load: async () => (await import('./break.js')).runBreak,
  }),
  command({
    usage: 'check',
    describe: 'Check whether it is fixed (else exit status 1)',
    options: LESSON_CHECK_OPTIONS,
    examples: [['klab break check', 'as often as you like']],
    load: async () => (await import('./lesson.js')).runLessonCheck,
  }),
  command({
    usage: 'hint',
    describe: 'Show the next hint',
    options: HINT_OPTIONS,
    examples: [['klab break hint', 'again: the one after it']],
    load: async () => (await import('./lesson.js')).runHint,
  }),
  command({
    usage: 'solve',
    describe: 'Fix it for you',
    options: SOLVE_OPTIONS,
    examples: [['klab break solve', 'then klab break check']],
    load: async () => (await import('./lesson.js')).runSolve,
  }),
  command({
    usage: 'undo',
    describe: 'Put the lab back to before the fault',
    options: BREAK_UNDO_OPTIONS,
    examples: [['klab break undo', 'from the snapshot that `start` made']],
    load: async () => (await import('./break.js')).runBreakUndo,
  }),
]
