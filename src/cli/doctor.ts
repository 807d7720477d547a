/** `klab doctor`. */
import { columns, heads } from '../report/columns.js'
import { say, translated } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { DOCTOR_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/** Prints every check; 3 if something is missing. */
export async function runDoctor(app: App, args: Args<typeof DOCTOR_OPTIONS>): Promise<number> {
  const checks = await (await labOf(app, args)).doctor()
  if (args.json) printJson(app, checks)
  else {
    app.stdout.write(
      columns([heads('CHECK', 'STATE', 'FOUND'), ...checks.map((c) => [c.name, c.state, translated(c.found)])]),
    )
    for (const c of checks)
      if (c.fix !== undefined) app.stdout.write(`${c.name}: ${say('try: {what}', { what: translated(c.fix) })}\n`)
  }
  return checks.some((c) => c.state === 'missing') ? 3 : 0
}
