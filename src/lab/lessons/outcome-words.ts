/** How a check ended, in words. */
import type { ScriptOutcome } from '../../lesson/in-guest.js'
import type { Text } from '../../words/say.js'

export const OUTCOME_WORDS: Readonly<Record<ScriptOutcome, Text>> = {
  passed: 'passed',
  failed: 'not done yet',
  'timed-out': 'the check took too long and was ended',
  running: 'still runs',
  unreachable: 'the node does not answer, so the result is unknown',
}
