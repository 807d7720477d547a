/** `klab kubectl` and `klab kubeconfig`. */
import type { App } from './app.js'
import { wordsOf, type Args } from './command.js'
import type { KUBECONFIG_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/**
 * Runs kubectl: the one of the lab's bundle, which fits its cluster; the host's own where the bundle would have to be
 * made first. Its exit status.
 */
export async function runKubectl(app: App, args: Args): Promise<number> {
  const lab = await labOf(app, args)
  const { argv, env } = await lab.terminal.kubectl(wordsOf(args._.slice(1)))
  return app.foreground(argv, env)
}

/** Prints the kubeconfig, or its path. */
export async function runKubeconfig(app: App, args: Args<typeof KUBECONFIG_OPTIONS>): Promise<number> {
  const { path, text } = await (await labOf(app, args)).kubeconfig()
  app.stdout.write(args.path ? `${path}\n` : text)
  return 0
}
