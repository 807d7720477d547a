/**
 * kubectl of the bundle, run on the host with the lab's kubeconfig: what costs seconds on an emulated CPU costs nothing
 * here.
 */
import { kubectlOf } from '../bundle/host-programs.js'
import type { Output, RunOptions } from '../host/types.js'
import { directEnv } from './api-server.js'
import type { LabRun } from '../world.js'

/** ms. kubectl ends by itself when a request or its `--timeout` has taken too long; this is for one that does not. */
const LIMIT_MS = 600_000

export type Kubectl = (args: readonly string[], options?: RunOptions) => Promise<Output>

/** kubectl for this lab's cluster. Throws CommandError. */
export async function hostKubectl(run: LabRun): Promise<Kubectl> {
  const bundle = await run.artifacts.bundle(() => undefined)
  const kubectl = kubectlOf(bundle ?? { dir: '' })
  const env = { KUBECONFIG: run.paths.kubeconfig, HOME: run.paths.dir, ...directEnv(run.record, run.world.env.env) }
  const limits = { signal: run.world.signal, timeoutMs: LIMIT_MS }
  return (args, options = {}) =>
    run.world.host.run([kubectl, '--request-timeout=90s', ...args], { ...limits, ...options, env })
}

/**
 * Applies manifests as they are (no check against the API server's schema: it is megabytes to fetch, and these are
 * klab's own).
 */
export const apply = (kubectl: Kubectl, manifests: string, line: (text: string) => void): Promise<Output> =>
  kubectl(['apply', '--validate=false', '-f', '-'], { input: manifests, onLine: line })
