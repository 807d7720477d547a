/** The actions of `klab snapshot`: words, options, examples. */
import { command, type Command } from './command.js'
import * as options from './snapshot-options.js'

export const SNAPSHOT_ACTIONS: readonly Command[] = [
  command({
    usage: 'save [name]',
    describe: 'Save all nodes at one moment, RAM included',
    options: options.SAVE_OPTIONS,
    examples: [
      ['klab snapshot save lesson-3', 'under a name'],
      ['klab snapshot save lesson-3 -m "before the upgrade"', 'with a message'],
    ],
    load: async () => (await import('./snapshot.js')).runSave,
  }),
  command({
    usage: 'list',
    describe: 'All snapshots as a tree; the one that the lab came from is marked',
    options: options.SNAPSHOT_LIST_OPTIONS,
    examples: [['klab snapshot list --json', 'for scripts']],
    load: async () => (await import('./snapshot.js')).runSnapshotList,
  }),
  command({
    usage: 'show <name>',
    describe: 'One snapshot: when it was saved, its parent, its size',
    options: options.SHOW_OPTIONS,
    examples: [['klab snapshot show lesson-3 --verify', 'and whether its files are as they were saved']],
    load: async () => (await import('./snapshot.js')).runShow,
  }),
  command({
    usage: 'restore <name>',
    describe: 'Go back to a snapshot',
    options: options.RESTORE_OPTIONS,
    examples: [
      ['klab snapshot restore lesson-3', 'back to that moment; klab snapshot undo undoes the restore'],
      ['klab snapshot restore lesson-3 --no-undo', 'the present state is lost'],
    ],
    load: async () => (await import('./snapshot.js')).runRestore,
  }),
  command({
    usage: 'delete <name>',
    describe: 'Delete a snapshot; those made after it stay',
    options: options.DELETE_OPTIONS,
    examples: [['klab snapshot delete lesson-3', 'and free its disk space']],
    load: async () => (await import('./snapshot.js')).runDelete,
  }),
  command({
    usage: 'rename <name> <to>',
    describe: 'Give a snapshot another name',
    options: options.RENAME_OPTIONS,
    examples: [['klab snapshot rename lesson-3 lesson-3-done', 'only the name changes']],
    load: async () => (await import('./snapshot.js')).runRename,
  }),
  command({
    usage: 'push',
    describe: 'Save onto a stack; `pop` goes back to it',
    options: options.PUSH_OPTIONS,
    examples: [['klab snapshot push', 'before an experiment; klab snapshot pop after it']],
    load: async () => (await import('./snapshot.js')).runPush,
  }),
  command({
    usage: 'pop',
    describe: 'Go back to the last pushed snapshot, and delete it',
    options: options.POP_OPTIONS,
    examples: [['klab snapshot pop', 'as before the last push']],
    load: async () => (await import('./snapshot.js')).runPop,
  }),
  command({
    usage: 'undo',
    describe: 'Undo the last restore',
    options: options.UNDO_OPTIONS,
    examples: [['klab snapshot undo', 'back to before the restore; again: back to after it']],
    load: async () => (await import('./snapshot.js')).runUndo,
  }),
  command({
    usage: 'flatten',
    describe: 'Shorten long chains of disk overlays; no snapshot is changed',
    options: options.FLATTEN_OPTIONS,
    examples: [['klab snapshot flatten', 'when many snapshots have made the disks slow']],
    load: async () => (await import('./snapshot.js')).runFlatten,
  }),
  command({
    usage: 'export <name> <to>',
    describe: 'Write a snapshot as one file, with all the lab’s secrets',
    options: options.EXPORT_OPTIONS,
    examples: [['klab snapshot export lesson-3 lesson-3.klab', 'the running cluster as one file']],
    load: async () => (await import('./snapshot.js')).runExport,
  }),
  command({
    usage: 'import <path> [name]',
    describe: 'Import a file that `export` wrote',
    options: options.IMPORT_OPTIONS,
    examples: [['klab snapshot import lesson-3.klab', 'on another machine, or in another folder']],
    load: async () => (await import('./snapshot.js')).runImport,
  }),
]
