/** `klab ssh-config` and `klab inventory`. */
import { printJson, type App } from './app.js'
import type { Args } from './command.js'
import type { INVENTORY_OPTIONS } from './daily-options.js'
import { labOf } from './progress.js'

/** Prints the configuration for OpenSSH. Throws StateError. */
export async function runSshConfig(app: App, args: Args): Promise<number> {
  app.stdout.write(await (await labOf(app, args)).sshConfig())
  return 0
}

/** Prints the inventory for Ansible. Throws StateError. */
export async function runInventory(app: App, args: Args<typeof INVENTORY_OPTIONS>): Promise<number> {
  const { inventory, text } = await (await labOf(app, args)).inventory()
  if (args.json) printJson(app, inventory)
  else app.stdout.write(text)
  return 0
}
