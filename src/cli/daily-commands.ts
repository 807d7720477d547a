/** The everyday verbs for a running lab: names, options, examples. */
import { command, type Command, type Group } from './command.js'
import * as options from './daily-options.js'

export const DAILY: readonly (Command | Group)[] = [
  command({
    usage: 'exec [node..]',
    describe: 'Run a command on several nodes, side by side',
    options: options.EXEC_OPTIONS,
    rest: true,
    examples: [
      ['klab exec --all -- uptime', 'on every node; each line begins with the node’s name'],
      ['klab exec k8s-node01 -- sudo crictl ps', 'on one node'],
      ['klab exec -n k8s-node01 k8s-node02 -- df -h /', 'on two of them'],
    ],
    load: async () => (await import('./exec.js')).runExec,
  }),
  command({
    usage: 'cp <from> <to>',
    describe: 'Copy a file or folder to a node, or from it',
    options: options.CP_OPTIONS,
    examples: [
      ['klab cp app.yaml k8s-master01:', 'into the lab user’s home'],
      ['klab cp -r --root k8s-master01:/etc/kubernetes .', 'a folder that only root may read'],
    ],
    load: async () => (await import('./cp.js')).runCp,
  }),
  command({
    usage: 'suspend',
    describe: 'Put the lab to sleep: RAM to disk, machines off',
    options: options.SUSPEND_OPTIONS,
    examples: [['klab suspend', 'klab resume, or klab up, continues where it was']],
    load: async () => (await import('./sleep.js')).runSuspend,
  }),
  command({
    usage: 'resume',
    describe: 'Wake a sleeping lab, or resume a paused one',
    options: options.RESUME_OPTIONS,
    examples: [['klab resume', 'until all nodes are Ready again']],
    load: async () => (await import('./sleep.js')).runResume,
  }),
  command({
    usage: 'reload [node..]',
    describe: 'Halt the lab or some of its nodes, and bring it up again',
    options: options.RELOAD_OPTIONS,
    examples: [
      ['klab reload', 'the whole lab'],
      ['klab reload k8s-node01', 'one node'],
    ],
    load: async () => (await import('./sleep.js')).runReload,
  }),
  command({
    usage: 'list',
    aliases: ['global-status'],
    describe: 'All labs of this user, wherever their folders are',
    options: options.LIST_OPTIONS,
    examples: [
      ['klab list', 'state, nodes and folder of each'],
      ['klab list --prune', 'remove labs whose machines are gone'],
    ],
    load: async () => (await import('./list.js')).runList,
  }),
  command({
    usage: 'init [template]',
    describe: 'Write a first Labfile; never overwrites one',
    options: options.INIT_OPTIONS,
    examples: [
      ['klab init', 'asks which one; takes quickstart if it cannot ask'],
      ['klab init single', 'one node that is the whole cluster'],
    ],
    load: async () => (await import('./init.js')).runInit,
  }),
  command({
    usage: 'ssh-config',
    describe: 'Print an OpenSSH configuration with the nodes',
    examples: [['klab ssh-config >~/.ssh/config.d/course', 'then ssh k8s-node01, or ssh k8s-node01.course']],
    load: async () => (await import('./export-config.js')).runSshConfig,
  }),
  command({
    usage: 'inventory',
    describe: 'Print an Ansible inventory, as YAML',
    options: options.INVENTORY_OPTIONS,
    examples: [['klab inventory >lab.yaml', 'then ansible -i lab.yaml all -m ping']],
    load: async () => (await import('./export-config.js')).runInventory,
  }),
  {
    usage: 'cache',
    describe: 'List the cache, or remove what no lab needs',
    examples: [
      ['klab cache list', 'what would be removed first is at the top'],
      ['klab cache prune --to 8GiB', 'down to 8 GiB; without --to, all that no lab uses'],
    ],
    actions: [
      command({
        usage: 'list',
        describe: 'What is in the cache, why it is kept, and what is removed first',
        options: options.CACHE_LIST_OPTIONS,
        examples: [['klab cache list', 'what would be removed first is at the top']],
        load: async () => (await import('./cache.js')).runCacheList,
      }),
      command({
        usage: 'prune',
        describe: 'Remove what no lab uses, in the order of `cache list`; asks first',
        options: options.CACHE_PRUNE_OPTIONS,
        examples: [['klab cache prune --to 8GiB', 'down to 8 GiB']],
        load: async () => (await import('./cache.js')).runCachePrune,
      }),
    ],
  },
  command({
    usage: 'port-forward <node> <ports..>',
    describe: 'Forward ports of 127.0.0.1 to a node, until Ctrl-C',
    options: options.FORWARD_OPTIONS,
    examples: [
      ['klab port-forward k8s-node01 8080:30080', 'a NodePort, at http://127.0.0.1:8080'],
      ['klab port-forward k8s-master01 8443:10.1.0.5:443', 'a service, by its cluster address'],
    ],
    load: async () => (await import('./forward.js')).runForward,
  }),
  command({
    usage: 'console <node>',
    describe: 'A node’s serial console; Ctrl-] ends it',
    options: options.CONSOLE_OPTIONS,
    examples: [['klab console k8s-node01', 'to log in there, first set a password: klab ssh NODE, then sudo passwd']],
    load: async () => (await import('./console.js')).runConsole,
  }),
  command({
    usage: 'top',
    describe: 'What each node really uses of the host: memory, CPU, disk',
    options: options.TOP_OPTIONS,
    examples: [['klab top', 'CPU over the last second; 100% is one CPU of the host']],
    load: async () => (await import('./top.js')).runTop,
  }),
  command({
    usage: 'timeline',
    describe: 'How long each phase and node of the last `up` took, as a picture',
    options: options.TIMELINE_OPTIONS,
    examples: [
      ['klab timeline', 'as text, here'],
      ['klab timeline -o up.html', 'for a browser or a slide; also .svg and .mmd'],
      ['klab timeline --run 2', 'the run before the last one'],
    ],
    load: async () => (await import('./picture.js')).runTimeline,
  }),
  command({
    usage: 'graph',
    describe: 'Nodes, network, forwarded ports and snapshots as a picture',
    options: options.GRAPH_OPTIONS,
    examples: [
      ['klab graph', 'as text, here'],
      ['klab graph -o lab.svg', 'for a browser or a slide; also .html and .mmd'],
    ],
    load: async () => (await import('./picture.js')).runGraph,
  }),
  command({
    usage: 'sync <folder> <to..>',
    describe: 'Copy changed files of a folder to nodes; mounts nothing',
    options: options.SYNC_OPTIONS,
    examples: [
      ['klab sync lesson k8s-master01:lesson', 'once'],
      ['klab sync -w --delete lesson k8s-master01:lesson', 'and again after each change'],
    ],
    load: async () => (await import('./sync.js')).runSync,
  }),
]
