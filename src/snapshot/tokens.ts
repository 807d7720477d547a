/**
 * Tokens that end while a lab lies in a snapshot, of programs that renew them by a timer: it stood still, so they go on
 * with a token that the API server refuses.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minorOf } from '../versions/kubernetes.js'
import { topologyOf } from '../cluster/topology.js'
import { connectWithin } from '../node/connections.js'
import type { LockedLab } from './types.js'

/**
 * Seconds: the shortest life of a service account's projected token (kubernetes.io, "Configure Service Accounts for
 * Pods"); calico-node's own is of 24 hours.
 */
const TOKEN_S = 3600
/**
 * Kubernetes minor from which on the token that calico-node has, and hands to its CNI plugin, ends
 * (BoundServiceAccountTokenVolume); seen with 1.20: it has no end.
 */
const ENDING_TOKENS = 21
/**
 * Seconds: kube-controller-manager's controllers have tokens of an hour each and renew them when a fifth of it is left
 * (client-go, DynamicControllerClientBuilder), by a clock that does not jump: one step of less leaves them good
 * (several, one on the other, need not). Tried with 1.20.2: after 5.5 hours no new service had endpoints until it was
 * restarted.
 */
const CONTROLLER_STEP_S = 600

/**
 * Restarts what holds expired tokens, and waits until the controllers are healthy. `steppedS`: how
 * far the clocks went on, seconds; of a lab with a cluster. Throws CommandError, ProbeError.
 */
export async function refreshTokens(lab: LockedLab, steppedS: number, timeoutMs: number): Promise<void> {
  const { kubernetes } = lab.record.lab
  const first = topologyOf(lab.record.lab)?.first
  if (!kubernetes || !first || steppedS < CONTROLLER_STEP_S) return
  const options = { timeoutMs, signal: lab.world.signal }
  const guest = await connectWithin(lab, first.name, timeoutMs)
  const { clock } = lab.world
  const started = clock.monotonic()
  lab.say('kube-controller-manager restarts: its tokens have expired, or soon will')
  await guest.sudo(
    await readFile(join(lab.world.assets, 'cloud-init', 'renew', 'controllers.sh'), 'utf8'),
    [kubernetes.runtime],
    options,
  )
  lab.say(`kube-controller-manager is healthy, ${((clock.monotonic() - started) / 1000).toFixed(1)} s later`)
  const { cni } = kubernetes
  if (typeof cni !== 'object' || !('name' in cni) || steppedS < TOKEN_S || minorOf(kubernetes.version) < ENDING_TOKENS)
    return
  lab.say('calico-node restarts, so that its CNI plugin gets a new token')
  // Its first act is to write one. Nobody waits for it.
  await guest.sudo(
    'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system rollout restart daemonset/calico-node',
    [],
    options,
  )
}
