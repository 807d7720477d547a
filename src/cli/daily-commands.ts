/** The verbs for everyday life with a lab that is up: names, options, examples. */
import { command, type Command } from './command.js'
import * as options from './daily-options.js'

export const DAILY: readonly Command[] = [
  command({
    usage: 'exec [node..]',
    describe: 'Run a command on nodes, side by side; ends with the highest exit status',
    options: options.EXEC_OPTIONS,
    examples: [
      ['klab exec --all -- uptime', 'on every node; each line begins with the node’s name'],
      ['klab exec k8s-node01 -- sudo systemctl status kubelet', 'on one node'],
      ['klab exec -n k8s-node01 k8s-node02 -- sh -c "df -h | tail -1"', 'on two, with a shell'],
    ],
    load: async () => (await import('./exec.js')).runExec,
  }),
  command({
    usage: 'cp <from> <to>',
    describe: 'Copy a file or folder to a node or from it; modes are kept, links stay links',
    options: options.CP_OPTIONS,
    examples: [
      ['klab cp app.yaml k8s-master01:', 'into the lab user’s home'],
      ['klab cp -r --root k8s-master01:/etc/kubernetes ./etc', 'a folder that only root may read'],
    ],
    load: async () => (await import('./cp.js')).runCp,
  }),
]
