/** The actions of `klab addon`: words, options, examples. */
import { ADDON_LIST_OPTIONS, ADDON_OPTIONS } from './addon-options.js'
import { command, type Command } from './command.js'

export const ADDON_ACTIONS: readonly Command[] = [
  command({
    usage: 'list',
    describe: 'The add-ons of klab: which are enabled, and where their images are',
    options: ADDON_LIST_OPTIONS,
    examples: [['klab addon list --json', 'for scripts']],
    load: async () => (await import('./addon.js')).runAddonList,
  }),
  command({
    usage: 'enable <addon>',
    describe: 'Enable an add-on on a lab that is up; the Labfile is not written',
    options: ADDON_OPTIONS,
    examples: [['klab addon enable metrics-server', 'then: klab kubectl top nodes']],
    load: async () => (await import('./addon.js')).runEnable,
  }),
  command({
    usage: 'disable <addon>',
    describe: 'Remove an add-on from the cluster; its images stay on the nodes',
    options: ADDON_OPTIONS,
    examples: [['klab addon disable metrics-server', 'prints what to change in the Labfile']],
    load: async () => (await import('./addon.js')).runDisable,
  }),
]
