/**
 * Tokens that expire while a lab is in a snapshot, of programs that renew them by a timer. The timer stood still, so
 * these programs use a token that the API server refuses.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minorOf } from '../versions/kubernetes.js'
import { topologyOf } from '../cluster/topology.js'
import { connectWithin } from '../node/connections.js'
import type { LockedLab } from './types.js'
import { english } from '../words/say.js'

/**
 * Seconds: the shortest life of a service account's projected token (kubernetes.io, "Configure Service Accounts for
 * Pods"). calico-node's own lasts 24 hours.
 */
const TOKEN_S = 3600
/**
 * The Kubernetes minor from which on the token of calico-node and its CNI plugin expires
 * (BoundServiceAccountTokenVolume). Seen with 1.20: there it never expires.
 */
const ENDING_TOKENS = 21
/**
 * Seconds. The controllers of kube-controller-manager have tokens of an hour each. They renew them when a fifth of it
 * is left (client-go, DynamicControllerClientBuilder), by a clock that does not jump. One smaller step leaves the
 * tokens valid; several small steps together may not. Tried with 1.20.2: after 5.5 hours no new service had endpoints
 * until it was restarted.
 */
const CONTROLLER_STEP_S = 600

/**
 * Restarts the programs that hold expired tokens, and waits until the controllers are healthy. Only for a lab with a
 * cluster. `steppedS`: how far the clocks were set forward, seconds. Throws CommandError, ProbeError.
 */
export async function refreshTokens(lab: LockedLab, steppedS: number, timeoutMs: number): Promise<void> {
  const { kubernetes } = lab.record.lab
  const topology = topologyOf(lab.record.lab)
  if (!kubernetes || !topology || steppedS < CONTROLLER_STEP_S) return
  const options = { timeoutMs, signal: lab.world.signal }
  const { clock } = lab.world
  const started = clock.monotonic()
  lab.say(english('kube-controller-manager restarts: its tokens have expired, or soon will'))
  const script = await readFile(join(lab.world.assets, 'cloud-init', 'renew', 'controllers.sh'), 'utf8')
  // Which of several leads may change any moment, so all of them.
  const [guest] = await Promise.all(
    topology.controlPlanes.map(async ({ name }) => {
      const own = await connectWithin(lab, name, timeoutMs)
      await own.sudo(script, [kubernetes.runtime], options)
      return own
    }),
  )
  lab.say(
    english('kube-controller-manager is healthy, {seconds} s later', {
      seconds: ((clock.monotonic() - started) / 1000).toFixed(1),
    }),
  )
  const { cni } = kubernetes
  if (typeof cni !== 'object' || !('name' in cni) || steppedS < TOKEN_S || minorOf(kubernetes.version) < ENDING_TOKENS)
    return
  lab.say(english('calico-node restarts, so that its CNI plugin gets a new token'))
  // It writes a new one first. klab does not wait for it.
  await guest?.sudo(
    'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system rollout restart daemonset/calico-node',
    [],
    options,
  )
}
