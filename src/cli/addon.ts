/** `klab addon list|enable|disable`. */
import type { ChangedAddons, ListedAddon } from '../lab/addons.js'
import { columns, heads } from '../report/columns.js'
import { say, translated } from '../words/say.js'
import type { ADDON_LIST_OPTIONS, ADDON_OPTIONS } from './addon-options.js'
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import { labOf, withProgress } from './progress.js'
import { formatStatus } from './status.js'

const IMAGE = {
  bundle: 'in the bundle',
  added: 'added to the lab',
  make: 'when enabled',
  none: 'cannot be had',
} as const satisfies Record<ListedAddon['image'], string>

/** One line for each add-on, and below them why some cannot be had. */
export function formatAddons(addons: readonly ListedAddon[]): string {
  const rows = addons.map((a) => [
    a.name,
    a.version ?? '-',
    a.enabled ? 'yes' : 'no',
    IMAGE[a.image],
    a.course,
    a.title,
  ])
  const problems = addons.flatMap((a) => (a.problem === null ? [] : [`${a.name}: ${translated(a.problem)}\n`]))
  return columns([heads('ADDON', 'VERSION', 'ENABLED', 'IMAGES', 'COURSE', 'WHAT'), ...rows]) + problems.join('')
}

/** Prints the add-ons; 0 whatever their state is. Throws LabfileError. */
export async function runAddonList(app: App, args: Args<typeof ADDON_LIST_OPTIONS>): Promise<number> {
  const addons = await (await labOf(app, args)).addons.list()
  if (args.json) printJson(app, addons)
  else app.stdout.write(formatAddons(addons))
  return 0
}

/** The status, and what to change in the Labfile: klab never writes it, it belongs to its owner. */
function print(app: App, json: boolean | undefined, { status, labfile, use }: ChangedAddons, now: boolean): number {
  if (json) printJson(app, { status, labfile, use })
  else {
    const text = formatStatus(status, app.clock.now(), app.stdout.columns)
    const todo = say('write this below kubernetes: in {path}, or the next klab up takes it back:', labfile)
    app.stdout.write(`${text}\n${todo}\n${labfile.line}`)
    if (now) app.stdout.write(`\n${say('now you can use it:')}\n${use.map((line) => `  ${line}\n`).join('')}`)
  }
  return 0
}

/** Enables an add-on. Throws UsageError, StateError, what the lab's `addons.enable` throws. */
export async function runEnable(app: App, args: Args<typeof ADDON_OPTIONS>): Promise<number> {
  return print(app, args.json, await withProgress(app, args, (lab) => lab.addons.enable(args.addon)), true)
}

/** Disables an add-on. Throws UsageError, StateError, what the lab's `addons.disable` throws. */
export async function runDisable(app: App, args: Args<typeof ADDON_OPTIONS>): Promise<number> {
  return print(app, args.json, await withProgress(app, args, (lab) => lab.addons.disable(args.addon)), false)
}
