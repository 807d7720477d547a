/** `klab report`. */
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { REPORT_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** Writes the file and says where it is. Throws UsageError, StateError. */
export async function runReport(app: App, args: Args<typeof REPORT_OPTIONS>): Promise<number> {
  const made = await (await labOf(app, args)).report(args.path)
  if (args.json) printJson(app, made)
  else app.stdout.write(`${made.file}\n`)
  app.stderr.write(`${say('keys, tokens and passwords were removed; look through it before you send it')}\n`)
  return 0
}
