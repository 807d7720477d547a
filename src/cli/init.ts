/** `klab init`: writes a first Labfile. */
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { INIT_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** Writes a Labfile; on a terminal it asks which one. Throws UsageError, StateError if there is one. */
export async function runInit(app: App, args: Args<typeof INIT_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  const template = args.template ?? (await choose(app, args, await lab.labs.templates()))
  const made = await lab.labs.init(template)
  if (args.json) printJson(app, made)
  else {
    const next = say('try next: {command}', { command: 'klab up' })
    app.stdout.write(`${made.labfile}: ${made.template.name}. ${made.template.about}\n${next}\n`)
  }
  return 0
}

type Templates = Awaited<ReturnType<Awaited<ReturnType<App['lab']>>['labs']['templates']>>

/** A number or a name; empty: the first one, as without a terminal. */
async function choose(app: App, { json }: { json?: boolean | undefined }, all: Templates): Promise<string | undefined> {
  if (json) return undefined
  const lines = all.map((t, i) => `${i + 1}  ${t.name}: ${t.about}\n`)
  const answer = (await app.ask(`${lines.join('')}${say('which one? [1]')} `))?.trim() ?? ''
  return answer === '' ? undefined : (all[Number(answer) - 1]?.name ?? answer)
}
