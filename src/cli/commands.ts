/** Every verb of klab: names, options, examples. What they do is loaded when it is called. */
import { SNAPSHOT_ACTIONS } from './snapshot-actions.js'
import { GUEST_PHASES, PHASE_NAMES } from '../labfile/phases.js'
import type { Command } from './command.js'

const json = { json: { type: 'boolean', describe: 'print JSON' } } as const

export const COMMANDS: readonly Command[] = [
  {
    usage: 'up',
    describe: 'Bring the lab up; goes on where an earlier try stopped',
    options: {
      until: {
        choices: PHASE_NAMES,
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
      json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
    },
    examples: [
      ['klab up', 'the whole lab'],
      ['klab up --from lesson-3.klab', 'a lab that somebody handed you'],
      ['klab up --until images', 'stop before kubeadm init'],
    ],
    load: async () => (await import('./up.js')).runUp,
  },
  {
    usage: 'status',
    describe: 'Nodes as libvirt sees them now, and the API server’s last answer',
    options: {
      fresh: {
        type: 'boolean',
        describe: 'wait for the API server (10 s at most) where its last answer would be shown',
      },
      ...json,
    },
    examples: [['klab status --json', 'for scripts']],
    load: async () => (await import('./status.js')).runStatus,
  },
  {
    usage: 'ssh <node> [command..]',
    describe: 'A shell on a node, or one command there',
    passthrough: true,
    examples: [
      ['klab ssh k8s-node01', 'a shell'],
      ['klab ssh k8s-node01 -- uname -r', 'a command'],
    ],
    load: async () => (await import('./ssh.js')).runSsh,
  },
  {
    usage: 'kubectl [args..]',
    describe: 'kubectl on the host, with the lab’s kubeconfig',
    passthrough: true,
    examples: [['klab kubectl get pods -A', 'everything that runs']],
    load: async () => (await import('./kubectl.js')).runKubectl,
  },
  {
    usage: 'kubeconfig',
    describe: 'Print the lab’s kubeconfig (server on 127.0.0.1), or its path',
    options: { path: { type: 'boolean', describe: 'print where the file is instead' } },
    examples: [['export KUBECONFIG=$(klab kubeconfig --path)', 'for your own kubectl']],
    load: async () => (await import('./kubectl.js')).runKubeconfig,
  },
  {
    usage: 'logs [node]',
    describe: 'klab’s own log of the lab, or a node’s serial console',
    options: {
      lines: { alias: 'n', type: 'number', default: 100, describe: 'how many lines from the end', requiresArg: true },
    },
    examples: [['klab logs k8s-master01', 'what the node printed while it booted']],
    load: async () => (await import('./logs.js')).runLogs,
  },
  {
    usage: 'snapshot <action> [name] [to]',
    describe:
      'Save the whole lab, RAM included, and go back to it: save, list, show, restore, delete, rename, push, pop, undo, flatten, export, import',
    options: {
      action: { choices: SNAPSHOT_ACTIONS },
      name: { type: 'string', describe: 'the snapshot; import: the file' },
      to: { type: 'string', describe: 'rename: its new name; export: the file; import: the snapshot’s name here' },
      message: { alias: 'm', type: 'string', describe: 'save, push: what it is', requiresArg: true },
      live: {
        type: 'boolean',
        default: true,
        describe:
          'save, push: write most of the RAM while the nodes run (--no-live: pause them for all of it, which is sooner done)',
      },
      undo: {
        type: 'boolean',
        default: true,
        describe: 'restore, pop: keep the present state for `snapshot undo` (--no-undo)',
      },
      verify: { type: 'boolean', describe: 'show, restore: compare every byte with the sha256 of when it was saved' },
      wait: {
        type: 'boolean',
        default: true,
        describe: 'restore, pop, undo: wait until all nodes are Ready (--no-wait)',
      },
      force: { type: 'boolean', describe: 'export: write over the file' },
      'disk-only': { type: 'boolean', describe: 'import: leave the RAM out; the lab then boots from its disks' },
      ...json,
    },
    examples: [
      ['klab snapshot save lesson-3', 'all nodes, at one moment'],
      ['klab snapshot restore lesson-3', 'back to it; klab snapshot undo goes forth again'],
      ['klab snapshot flatten', 'long chains of overlays made short; no snapshot is changed'],
      ['klab snapshot export lesson-3 lesson-3.klab', 'the running cluster as one file, with all its secrets'],
      ['klab snapshot import lesson-3.klab', 'on another machine, or in another folder'],
    ],
    load: async () => (await import('./snapshot.js')).runSnapshot,
  },
  {
    usage: 'provision [node..]',
    describe: 'Run the guest phases again on a lab that is up, as far as it is up',
    options: {
      node: { type: 'string', array: true, describe: 'only on these nodes' },
      from: { choices: GUEST_PHASES, describe: 'the first phase to run', requiresArg: true },
      only: { choices: GUEST_PHASES, describe: 'the only phase to run', requiresArg: true },
      json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
    },
    examples: [
      ['klab provision', 'all of them, on all nodes'],
      ['klab provision --only system k8s-node01', 'the system settings of one node'],
    ],
    load: async () => (await import('./provision.js')).runProvision,
  },
  {
    usage: 'check [section] [node..]',
    describe: 'Look into the guests: which sections of the course are done, also by hand; exit status 1 unless all are',
    options: {
      section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all of it; all of its lines are shown' },
      node: { type: 'string', array: true, describe: 'only these nodes' },
      ...json,
    },
    examples: [
      ['klab check', 'all sections on all nodes'],
      ['klab check 2.2.7 k8s-node01', 'one section on one node'],
    ],
    load: async () => (await import('./check.js')).runCheck,
  },
  {
    usage: 'explain [section]',
    describe: 'The commands that klab runs for a section of the course; without one: the sections',
    options: { section: { type: 'string', describe: 'such as 2.2.7, or 2.2 for all of it' } },
    examples: [['klab explain 2.9.2', 'kubeadm init, with this lab’s values']],
    load: async () => (await import('./explain.js')).runExplain,
  },
  {
    usage: 'halt',
    describe: 'Power all machines off, after their guests have ended; disks and snapshots stay, `up` boots them again',
    options: {
      force: { type: 'boolean', describe: 'at once, as by pulling the plug' },
      json: { type: 'boolean', describe: 'progress as JSON lines on stderr, the status as JSON on stdout' },
    },
    examples: [['klab halt', 'for the night']],
    load: async () => (await import('./halt.js')).runHalt,
  },
  {
    usage: 'destroy',
    describe: 'Remove the lab: machines, disks, switch, ports, keys; the cache stays',
    options: {
      force: { alias: 'f', type: 'boolean', describe: 'do not ask' },
      json: { type: 'boolean', describe: 'progress as JSON lines on stderr' },
    },
    examples: [['klab destroy -f', 'without a question']],
    load: async () => (await import('./destroy.js')).runDestroy,
  },
  {
    usage: 'validate',
    describe: 'Check the Labfile; all problems at once, with line and column',
    options: json,
    examples: [['klab validate', 'exit status 2 when something is wrong']],
    load: async () => (await import('./validate.js')).runValidate,
  },
  {
    usage: 'plan',
    describe: 'What `up` would do, without doing it',
    options: {
      until: { choices: PHASE_NAMES, default: 'ready', describe: 'the last phase', requiresArg: true },
      ...json,
    },
    examples: [['klab plan', 'phases and steps']],
    load: async () => (await import('./plan.js')).runPlan,
  },
  {
    usage: 'doctor',
    describe: 'What this host lacks for the lab, and the command that mends it',
    options: json,
    examples: [['klab doctor', 'exit status 3 when something is missing']],
    load: async () => (await import('./doctor.js')).runDoctor,
  },
  {
    usage: 'bundle <action> [path]',
    describe: 'The Kubernetes artifacts: build, list, verify, export or import them',
    options: {
      action: { choices: ['build', 'list', 'verify', 'export', 'import'] },
      path: { type: 'string', describe: 'export, import: the file; verify: a file or folder instead of the cache' },
      sha256: { type: 'string', describe: 'import: what the whole file’s sha256 must be', requiresArg: true },
      ...json,
    },
    examples: [
      ['klab bundle verify', 'every file against its sha256, every image that kubeadm asks for'],
      ['klab bundle export course.tar', 'one file for machines without internet'],
    ],
    load: async () => (await import('./bundle.js')).runBundle,
  },
]
