/**
 * The bundle's kubectl, run on the host with the lab's kubeconfig: on an emulated CPU it takes seconds, here it takes
 * almost nothing.
 */
import { kubectlOf } from '../bundle/host-programs.js'
import { steer } from '../api/steer.js'
import type { Output } from '../host/types.js'
import { directEnv } from './api-server.js'
import type { LabRun } from '../world.js'
import { retried, type Kubectl } from './transient.js'

/**
 * ms. kubectl ends by itself if a request or its `--timeout` has taken too long. This is for a kubectl that does not.
 */
const LIMIT_MS = 600_000

/** How long a step asks a busy API server again, ms; multiplied by the profile's patience. */
const RETRY_MS = 120_000

/** ms to find a control plane that answers, if there are several. */
const STEER_MS = 30_000

export type { Kubectl }

/** kubectl for this lab's cluster. Throws CommandError. */
export async function hostKubectl(run: LabRun): Promise<Kubectl> {
  const bundle = await run.artifacts.bundle(() => undefined)
  const kubectl = kubectlOf(bundle ?? { dir: '' })
  const env = { KUBECONFIG: run.paths.kubeconfig, HOME: run.paths.dir, ...directEnv(run.record, run.world.env.env) }
  const limits = { signal: run.world.signal, timeoutMs: LIMIT_MS }
  return async (args, options = {}) => {
    await steer(run.paths.kubeconfig, STEER_MS, run.world.signal)
    return run.world.host.run([kubectl, '--request-timeout=90s', ...args], { ...limits, ...options, env })
  }
}

/** The same, asked again while the API server is too busy to answer; `line` reports it. */
export const steadyKubectl = async (run: LabRun, line?: (text: string) => void): Promise<Kubectl> =>
  retried(await hostKubectl(run), {
    clock: run.world.clock,
    signal: run.world.signal,
    withinMs: RETRY_MS * run.profile.patience,
    ...(line && { line }),
  })

/**
 * Applies manifests unchanged (without a check against the API server's schema: that takes megabytes, and these
 * manifests are klab's own).
 */
export const apply = (kubectl: Kubectl, manifests: string, line: (text: string) => void): Promise<Output> =>
  kubectl(['apply', '--validate=false', '-f', '-'], { input: manifests, onLine: line })
