/** `klab destroy`. */
import { UsageError } from '../errors.js'
import type { LabToDestroy } from '../lab/destroy.js'
import { orphanWords, type Orphan } from '../lab/orphans.js'
import { english, say } from '../words/say.js'
import type { App } from './app.js'
import type { Args } from './command.js'
import type { DESTROY_OPTIONS } from './options.js'
import { withProgress } from './progress.js'

/**
 * Removes the lab; 0 even if there is nothing to remove. Throws UsageError (no terminal to ask on), StateError
 * (answered no), what destroy throws.
 */
export async function runDestroy(app: App, args: Args<typeof DESTROY_OPTIONS>): Promise<number> {
  if (args.orphans) return runOrphans(app, args)
  const confirm = args.force ? undefined : (what: LabToDestroy) => ask(app, what)
  const { lab, found } = await withProgress(app, args, (lab) => lab.destroy({ confirm }))
  app.stderr.write(
    `${found ? say('lab {lab} is gone', { lab }) : say('this Labfile has no lab; klab list shows yours')}\n`,
  )
  return 0
}

const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim())

async function ask(app: App, { lab, snapshots }: LabToDestroy): Promise<boolean> {
  const question =
    snapshots === 0
      ? say('destroy lab {lab} and all its disks? [y/N]', { lab })
      : say('destroy lab {lab}, all its disks and its snapshots ({count})? [y/N]', { lab, count: snapshots })
  const answer = await app.ask(`${question} `)
  if (answer === undefined)
    throw new UsageError(english('{verb}: it must ask, and there is no terminal', { verb: 'destroy' }), {
      hint: 'klab destroy --force',
    })
  return isYes(answer)
}

/** The same for what is left of labs whose record is gone. */
async function runOrphans(app: App, args: Args<typeof DESTROY_OPTIONS>): Promise<number> {
  const confirm = args.force ? undefined : (found: readonly Orphan[]) => askAll(app, found)
  const gone = await withProgress(app, args, (lab) => lab.destroyOrphans({ confirm }))
  const ids = gone.map((o) => o.id).join(', ')
  app.stderr.write(`${ids === '' ? say('lost labs have left nothing') : say('gone: {ids}', { ids })}\n`)
  return 0
}

async function askAll(app: App, found: readonly Orphan[]): Promise<boolean> {
  for (const o of found) app.stderr.write(`${say('lab {lab}: {state}', { lab: o.id, state: orphanWords(o) })}\n`)
  const answer = await app.ask(`${say('destroy all of that? [y/N]')} `)
  if (answer === undefined)
    throw new UsageError(english('{verb}: it must ask, and there is no terminal', { verb: 'destroy' }), {
      hint: 'klab destroy --orphans --force',
    })
  return isYes(answer)
}
