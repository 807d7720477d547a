/** What a machine's state means for a user. */
import { StateError } from '../errors.js'
import type { MachineState } from '../hypervisor/types.js'
import { english, type Text } from '../words/say.js'

const WORDS: Readonly<Record<MachineState, Text>> = {
  running: 'runs',
  paused: 'is paused',
  'shut-off': 'is off',
  crashed: 'has crashed',
  'in-shutdown': 'is shutting down',
  suspended: 'sleeps',
  absent: 'has no machine',
}

/** `is paused`, `is off`, … */
export const stateWords = (state: MachineState): Text => WORDS[state]

/** Throws StateError unless the node's machine runs. */
export function requireRunning(node: string, state: MachineState): void {
  if (state !== 'running')
    throw new StateError(english('{node} {state}', { node, state: english(stateWords(state)) }), { hint: 'klab up' })
}
