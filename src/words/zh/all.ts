/** klab in Chinese (Simplified), by the English texts. */
import { COMMANDS_ZH } from './commands.js'
import { EXAMPLES_ZH } from './examples.js'
import { OPTIONS_ZH } from './options.js'

export const ZH = { ...COMMANDS_ZH, ...OPTIONS_ZH, ...EXAMPLES_ZH }
