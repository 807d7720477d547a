/** `klab list`: every lab of this user. */
import { UsageError } from '../errors.js'
import type { LabHandle } from '../lab/api.js'
import { columns, heads } from '../report/columns.js'
import { age } from '../report/text.js'
import { english, say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { LIST_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

type Listed = Awaited<ReturnType<LabHandle['labs']['list']>>[number]

/** One line for each lab, as kubectl prints. */
export function formatLabs(labs: readonly Listed[], now: number): string {
  const rows = labs.map((l) => [
    l.id,
    l.state ?? 'not known',
    `${l.nodes.filter((n) => n.state === 'running').length}/${l.nodes.length}`,
    age(now - Date.parse(l.createdAt)),
    l.labfileThere ? l.folder : say('{folder} (Labfile gone)', { folder: l.folder }),
  ])
  return columns([heads('LAB', 'STATE', 'RUNNING', 'AGE', 'FOLDER'), ...rows])
}

/** Prints the labs, or removes what is left of labs without machines. Throws UsageError, StateError, HostError. */
export async function runList(app: App, args: Args<typeof LIST_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  if (args.prune !== true) {
    const labs = await lab.labs.list()
    if (args.json) printJson(app, labs)
    else
      app.stdout.write(
        labs.length === 0 ? `${say('no labs; klab init makes a Labfile')}\n` : formatLabs(labs, app.clock.now()),
      )
    for (const { id, labfile, labfileThere } of labs)
      if (!labfileThere && !args.json)
        app.stderr.write(`${say('{id}: klab -f {labfile} destroy removes it', { id, labfile })}\n`)
    return 0
  }
  const confirm = args.yes ? undefined : (labs: readonly Listed[]) => ask(app, labs)
  const done = await lab.labs.prune({ confirm })
  if (args.json) printJson(app, done)
  else {
    const removed = done.removed.map((id) => say('removed {id}', { id }))
    app.stdout.write(`${removed.length === 0 ? say('nothing to remove') : removed.join('\n')}\n`)
    for (const id of done.busy) app.stderr.write(`${say('{id}: another klab works on it', { id })}\n`)
  }
  return 0
}

async function ask(app: App, labs: readonly Listed[]): Promise<boolean> {
  const of = ({ id, folder, snapshots }: Listed): string =>
    snapshots > 0
      ? say('{id} ({folder}, {count} snapshots)', { id, folder, count: snapshots })
      : say('{id} ({folder})', { id, folder })
  const all = labs.map(of).join(say(', '))
  const answer = await app.ask(`${say('remove keys, disks and snapshots of {labs}? [y/N]', { labs: all })} `)
  if (answer === undefined)
    throw new UsageError(english('{verb}: it must ask, and there is no terminal', { verb: 'list' }), {
      hint: 'klab list --prune --yes',
    })
  return /^y(es)?$/i.test(answer.trim())
}
