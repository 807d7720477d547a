/** The options and words of `klab node`, an action each. */
import type { OptionTable } from './command.js'
import { jsonProgress } from './json-options.js'

const name = { type: 'string', describe: 'the node', demandOption: true } as const

export const NODE_LIST_OPTIONS = { json: { type: 'boolean', describe: 'print JSON' } } as const satisfies OptionTable

export const ADD_OPTIONS = {
  name: { type: 'string', describe: 'its name', demandOption: true },
  ip: { type: 'string', describe: 'its address (default: the one after the highest)', requiresArg: true },
  cpus: { type: 'number', describe: 'virtual CPUs (default: as the last node)', requiresArg: true },
  memory: { type: 'string', describe: 'RAM, such as 3GiB (default: as the last node)', requiresArg: true },
  disk: { type: 'string', describe: 'disk, such as 50GiB (default: as the last node)', requiresArg: true },
  ...jsonProgress,
} as const satisfies OptionTable

export const REMOVE_OPTIONS = {
  name,
  yes: { alias: 'y', type: 'boolean', describe: 'do not ask' },
  ...jsonProgress,
} as const satisfies OptionTable

export const DRAIN_OPTIONS = { name } as const satisfies OptionTable
