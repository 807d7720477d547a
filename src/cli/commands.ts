/** Every verb of klab: names, options, examples. Its code is loaded when it is called. */
import { say, translated, type Text } from '../words/say.js'
import { ADDON_ACTIONS } from './addon-commands.js'
import { BREAK_ACTIONS } from './break-commands.js'
import { BUNDLE_ACTIONS } from './bundle-commands.js'
import { command, type Command, type Group } from './command.js'
import { DAILY } from './daily-commands.js'
import { COMPLETION_OPTIONS } from './daily-options.js'
import { LESSON_ACTIONS } from './lesson-commands.js'
import { NODE_ACTIONS } from './node-commands.js'
import * as options from './options.js'
import { SNAPSHOT_ACTIONS } from './snapshot-commands.js'

/** What klab's exit status means. */
export const EXIT_STATUSES: readonly (readonly [status: number, meaning: Text])[] = [
  [0, 'done'],
  [1, 'failed'],
  [2, 'usage or Labfile'],
  [3, 'host lacks something'],
  [4, 'locked by another klab'],
  [130, 'interrupted'],
]
/** The last line of `klab --help`. */
export const epilogue = (): string =>
  say('exit status: {list}', {
    list: EXIT_STATUSES.map(([status, meaning]) => `${status} ${translated(meaning)}`).join(say(', ')),
  })

export const COMMANDS: readonly (Command | Group)[] = [
  command({
    usage: 'up',
    describe: 'Bring the lab up; continues where an earlier `up` stopped',
    options: options.UP_OPTIONS,
    examples: [
      ['klab up', 'the whole lab'],
      ['klab up --from lesson-3.klab', 'a lab that somebody gave you'],
      ['klab up --until images', 'stop before kubeadm init'],
    ],
    load: async () => (await import('./up.js')).runUp,
  }),
  command({
    usage: 'status',
    describe: 'Nodes and cluster as they are now',
    options: options.STATUS_OPTIONS,
    examples: [['klab status --json', 'for scripts']],
    load: async () => (await import('./status.js')).runStatus,
  }),
  command({
    usage: 'ssh <node> [command..]',
    describe: 'A shell on a node, or one command there',
    passthrough: true,
    examples: [
      ['klab ssh k8s-node01', 'a shell'],
      ['klab ssh k8s-node01 "uptime; df -h /"', 'a line for its shell, as with ssh'],
      ['klab ssh k8s-node01 -- bash -c "cd /etc && pwd"', 'a command whose words are kept separate'],
    ],
    load: async () => (await import('./ssh.js')).runSsh,
  }),
  command({
    usage: 'kubectl [args..]',
    describe: 'kubectl on the host, with the lab’s kubeconfig',
    passthrough: true,
    examples: [['klab kubectl get pods -A', 'everything that runs']],
    load: async () => (await import('./kubectl.js')).runKubectl,
  }),
  command({
    usage: 'kubeconfig',
    describe: 'Print the lab’s kubeconfig, or its path',
    options: options.KUBECONFIG_OPTIONS,
    examples: [
      ['export KUBECONFIG=$(klab kubeconfig --path)', 'for your own kubectl'],
      ['klab kubeconfig --merge', 'beside your other clusters; kubectl config use-context changes between them'],
    ],
    load: async () => (await import('./kubectl.js')).runKubeconfig,
  }),
  command({
    usage: 'logs [node]',
    describe: 'klab’s own log of the lab, or a node’s serial console',
    options: options.LOGS_OPTIONS,
    examples: [
      ['klab logs k8s-master01', 'what the node printed while it booted'],
      ['klab logs -f', 'klab’s own log, while another klab works'],
    ],
    load: async () => (await import('./logs.js')).runLogs,
  }),
  command({
    usage: 'report [path]',
    describe: 'Pack logs and facts of this host for a bug report',
    options: options.REPORT_OPTIONS,
    examples: [['klab report', 'one .tar.gz in this folder']],
    load: async () => (await import('./report.js')).runReport,
  }),
  {
    usage: 'snapshot',
    describe: 'Save all nodes at one moment, RAM included, and restore',
    examples: [
      ['klab snapshot save lesson-3', 'all nodes, at one moment'],
      ['klab snapshot restore lesson-3', 'back to that moment; klab snapshot undo undoes the restore'],
      ['klab snapshot restore --help', 'the options of one action'],
    ],
    actions: SNAPSHOT_ACTIONS,
  },
  {
    usage: 'lesson',
    describe: 'Lessons: texts, checks, hints, a snapshot at each step',
    examples: [
      ['klab lesson list', 'which lessons there are'],
      ['klab lesson start join-a-node', 'begin; then klab lesson check, next, back'],
      ['klab lesson start ./my-scenario', 'a scenario in Killercoda’s format'],
    ],
    actions: LESSON_ACTIONS,
  },
  {
    usage: 'break',
    describe: 'Practise with faults: find and fix them; undo goes back',
    examples: [
      ['klab break list', 'the symptom of each'],
      ['klab break start random --level easy', 'one that you do not know'],
    ],
    actions: BREAK_ACTIONS,
  },
  {
    usage: 'node',
    describe: 'Add, remove, drain and list nodes; does not change the Labfile',
    examples: [
      ['klab node add k8s-node04', 'one more worker; prints the line for the Labfile'],
      ['klab node remove k8s-node03', 'one worker fewer; asks first'],
    ],
    actions: NODE_ACTIONS,
  },
  {
    usage: 'addon',
    describe: 'Add-ons of the course’s chapter 1.3, such as metrics-server; off unless enabled',
    examples: [
      ['klab addon list', 'what there is, and what is enabled'],
      ['klab addon enable metrics-server', 'on a lab that is up; prints the line for the Labfile'],
    ],
    actions: ADDON_ACTIONS,
  },
  command({
    usage: 'provision [node..]',
    describe: 'Run the guest phases again on a lab that is up',
    options: options.PROVISION_OPTIONS,
    examples: [
      ['klab provision', 'all of them, on all nodes'],
      ['klab provision --only system k8s-node01', 'the system settings of one node'],
    ],
    load: async () => (await import('./provision.js')).runProvision,
  }),
  command({
    usage: 'check [section] [node..]',
    describe: 'Which sections of the course are done (else exit status 1)',
    options: options.CHECK_OPTIONS,
    examples: [
      ['klab check', 'all sections on all nodes'],
      ['klab check 2.2.7 k8s-node01', 'one section on one node'],
    ],
    load: async () => (await import('./check.js')).runCheck,
  }),
  command({
    usage: 'explain [section]',
    describe: 'The commands that klab runs for a section of the course',
    options: options.EXPLAIN_OPTIONS,
    examples: [['klab explain 2.9.2', 'kubeadm init, with this lab’s values']],
    load: async () => (await import('./explain.js')).runExplain,
  }),
  command({
    usage: 'halt [node..]',
    describe: 'Shut machines down; `up` boots them again',
    options: options.HALT_OPTIONS,
    examples: [
      ['klab halt', 'for the night'],
      ['klab halt k8s-node02', 'one node; klab up boots it again'],
    ],
    load: async () => (await import('./halt.js')).runHalt,
  }),
  command({
    usage: 'destroy',
    describe: 'Remove the lab with disks and snapshots; the cache stays',
    options: options.DESTROY_OPTIONS,
    examples: [
      ['klab destroy -f', 'do not ask'],
      ['klab destroy --orphans', 'after a state folder was lost'],
    ],
    load: async () => (await import('./destroy.js')).runDestroy,
  }),
  command({
    usage: 'validate',
    describe: 'Check the Labfile; all problems at once, with line and column',
    options: options.VALIDATE_OPTIONS,
    examples: [['klab validate', 'exit status 2 when something is wrong']],
    load: async () => (await import('./validate.js')).runValidate,
  }),
  command({
    usage: 'plan',
    describe: 'What `up` would do, without doing it',
    options: options.PLAN_OPTIONS,
    examples: [['klab plan', 'phases and steps']],
    load: async () => (await import('./plan.js')).runPlan,
  }),
  command({
    usage: 'doctor',
    describe: 'What this host lacks, and the commands that fix it',
    options: options.DOCTOR_OPTIONS,
    examples: [['klab doctor', 'exit status 3 when something is missing']],
    load: async () => (await import('./doctor.js')).runDoctor,
  }),
  {
    usage: 'bundle',
    describe: 'Kubernetes’ programs and images: build, list, verify, move',
    examples: [
      ['klab bundle verify', 'check each file’s sha256, and that no image is missing'],
      ['klab bundle export course.tar', 'one file for machines without internet'],
    ],
    actions: BUNDLE_ACTIONS,
  },
  ...DAILY,
  command({
    usage: 'completion <shell>',
    describe: 'Print the completion script for your shell',
    options: COMPLETION_OPTIONS,
    rest: true,
    examples: [
      ['source <(klab completion bash)', 'in ~/.bashrc; the same for zsh'],
      ['klab completion fish >~/.config/fish/completions/klab.fish', 'for fish'],
    ],
    load: async () => {
      const { runCompletion } = await import('./completion.js')
      return (app, args) => runCompletion(app, args, COMMANDS)
    },
  }),
]
