/** `klab node list|add|remove|drain`. */
import type { ChangedNodes } from '../lab/nodes.js'
import { say } from '../words/say.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { ADD_OPTIONS, DRAIN_OPTIONS, NODE_LIST_OPTIONS, REMOVE_OPTIONS } from './node-options.js'
import { labOf, withProgress } from './progress.js'
import { formatStatus } from './status.js'
import { askToRemove } from './up.js'

/** Prints the nodes; 0 whatever their state is. */
export async function runNodeList(app: App, args: Args<typeof NODE_LIST_OPTIONS>): Promise<number> {
  const status = await (await labOf(app, args)).status()
  if (args.json) printJson(app, status.nodes)
  else app.stdout.write(formatStatus(status, app.clock.now(), app.stdout.columns))
  return 0
}

/** The status, and what to change in the Labfile: klab never writes it, it belongs to its owner. */
function print(app: App, json: boolean | undefined, { status, labfile }: ChangedNodes, added: boolean): number {
  if (json) printJson(app, { status, labfile })
  else {
    const text = formatStatus(status, app.clock.now(), app.stdout.columns)
    const todo = added
      ? say('add this to {path}, or the next klab up undoes the change:', labfile)
      : say('remove this from {path}, or the next klab up undoes the change:', labfile)
    app.stdout.write(`${text}\n${todo}\n${labfile.lines}`)
  }
  return 0
}

/** Adds a worker. Throws UsageError, what the lab's `nodes.add` throws. */
export async function runAdd(app: App, args: Args<typeof ADD_OPTIONS>): Promise<number> {
  const { name, ip, cpus, memory, disk, json } = args
  const made = await withProgress(app, args, (lab) => lab.nodes.add({ name, ip, cpus, memory, disk }))
  return print(app, json, made, true)
}

/** Removes a worker. Throws UsageError (no terminal to ask on), what the lab's `nodes.remove` throws. */
export async function runRemove(app: App, args: Args<typeof REMOVE_OPTIONS>): Promise<number> {
  const { name, yes, json } = args
  const confirm = () => askToRemove(app, [name], `klab node remove ${name} --yes`)
  const made = await withProgress(app, args, (lab) => lab.nodes.remove(name, { yes, confirm }))
  return print(app, json, made, false)
}

/** Drains a node. Throws UsageError, StateError, CommandError. */
export async function runDrain(app: App, args: Args<typeof DRAIN_OPTIONS>): Promise<number> {
  await (await labOf(app, args)).nodes.drain(args.name)
  const { name } = args
  app.stdout.write(`${say('{name} is drained; klab kubectl uncordon {name} allows new pods again', { name })}\n`)
  return 0
}
