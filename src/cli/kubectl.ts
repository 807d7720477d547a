/** `klab kubectl` and `klab kubeconfig`. */
import { UsageError } from '../errors.js'
import { english, say } from '../words/say.js'
import { printJson, type App } from './app.js'
import { wordsOf, type Args } from './command.js'
import type { KUBECONFIG_OPTIONS } from './options.js'
import { labOf } from './progress.js'

/**
 * Runs kubectl: the one of the lab's bundle, which fits its cluster; or the host's own, if the bundle would have to be
 * made first. Its exit status.
 */
export async function runKubectl(app: App, args: Args): Promise<number> {
  const lab = await labOf(app, args)
  const { argv, env } = await lab.terminal.kubectl(wordsOf(args._.slice(1)))
  return app.foreground(argv, env)
}

/** Prints the kubeconfig or its path, or merges it. Throws UsageError, StateError, CorruptError, LockedError. */
export async function runKubeconfig(app: App, args: Args<typeof KUBECONFIG_OPTIONS>): Promise<number> {
  const lab = await labOf(app, args)
  if ([args.path, args.merge, args.unmerge].filter(Boolean).length > 1)
    throw new UsageError(english('kubeconfig: only one of --path, --merge, --unmerge'))
  if (args.merge || args.unmerge) {
    const done = await (args.merge ? lab.mergeKubeconfig() : lab.unmergeKubeconfig())
    if (args.json) printJson(app, done)
    else {
      const { context, path } = done
      const state = done.changed
        ? args.merge
          ? say('{context} is the current context of {path}', { context, path })
          : say('{context} was removed from {path}', { context, path })
        : say('{context} changed nothing in {path}', { context, path })
      const backup = done.backup === null ? '' : say('; the old one is {path}', { path: done.backup })
      app.stdout.write(`${state}${backup}\n`)
    }
    return 0
  }
  const { path, text } = await lab.kubeconfig()
  if (args.json) {
    printJson(app, { path, text })
    return 0
  }
  app.stdout.write(args.path ? `${path}\n` : text)
  return 0
}
