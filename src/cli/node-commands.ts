/** The actions of `klab node`: words, options, examples. */
import { command, type Command } from './command.js'
import * as options from './node-options.js'

export const NODE_ACTIONS: readonly Command[] = [
  command({
    usage: 'list',
    describe: 'The lab’s nodes, as `status` shows them',
    options: options.NODE_LIST_OPTIONS,
    examples: [['klab node list --json', 'for scripts']],
    load: async () => (await import('./node.js')).runNodeList,
  }),
  command({
    usage: 'add <name>',
    describe: 'Boot a new worker and join it; prints the line for the Labfile',
    options: options.ADD_OPTIONS,
    examples: [
      ['klab node add k8s-node04', 'like the last node, at the next address'],
      ['klab node add k8s-node04 --memory 4GiB', 'with more RAM'],
    ],
    load: async () => (await import('./node.js')).runAdd,
  }),
  command({
    usage: 'remove <name>',
    describe: 'Drain a worker, take it out of the cluster, remove its machine',
    options: options.REMOVE_OPTIONS,
    examples: [['klab node remove k8s-node03', 'asks first']],
    load: async () => (await import('./node.js')).runRemove,
  }),
  command({
    usage: 'drain <name>',
    describe: 'Move a node’s pods to other nodes, until klab kubectl uncordon NAME',
    options: options.DRAIN_OPTIONS,
    examples: [['klab node drain k8s-node02', 'before you work on it']],
    load: async () => (await import('./node.js')).runDrain,
  }),
]
