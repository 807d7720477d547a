/** Tokens that end while a lab lies in a snapshot, of programs that renew them by a timer: it stood still, so they go on with a token that the API server refuses. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { controlPlane } from '../phases/machine.js'
import { connectWithin } from '../phases/nodes.js'
import type { LockedLab } from './types.js'

/** Seconds: the shortest life of a service account's projected token (kubernetes.io, "Configure Service Accounts for Pods"); calico-node's own is of 24 hours. */
const TOKEN_S = 3600
/**
 * Seconds: kube-controller-manager's controllers have tokens of an hour each and renew them when a fifth of it is left (client-go, DynamicControllerClientBuilder), by a clock that
 * does not jump: a smaller step always leaves them good. Tried with 1.20.2: after 5.5 hours no new service had endpoints, until the program was started anew.
 */
const CONTROLLER_STEP_S = 600

/**
 * Starts kube-controller-manager anew when the clocks went on by more than its controllers' tokens bear (`steppedS`), and waits until it is healthy; `restarted`: it has been started
 * anew already. Throws CommandError, ProbeError.
 */
export async function refreshControllers(
  lab: LockedLab,
  o: { readonly steppedS: number; readonly restarted: boolean },
  timeoutMs: number,
): Promise<void> {
  const { kubernetes, nodes } = lab.record.lab
  const first = controlPlane(nodes)
  if (!kubernetes || !first || o.steppedS < CONTROLLER_STEP_S) return
  const guest = await connectWithin(lab, first.name, timeoutMs)
  if (!o.restarted) lab.say('kube-controller-manager is started anew: its tokens have ended, or soon will')
  const script = await readFile(join(lab.world.assets, 'cloud-init', 'renew', 'controllers.sh'), 'utf8')
  await guest.sudo(script, [kubernetes.runtime, o.restarted ? 'wait' : 'restart'], { timeoutMs, signal: lab.world.signal })
}

/** Starts calico-node anew on every node when the clocks went on by more than a token may live; its first act is to write one for its CNI plugin. Waits for nothing. Throws CommandError, ProbeError. */
export async function refreshCalicoToken(lab: LockedLab, steppedS: number, timeoutMs: number): Promise<void> {
  const { kubernetes, nodes } = lab.record.lab
  const first = controlPlane(nodes)
  const { cni } = kubernetes ?? {}
  if (!first || typeof cni !== 'object' || !('name' in cni) || steppedS < TOKEN_S) return
  const guest = await connectWithin(lab, first.name, timeoutMs)
  lab.say('calico-node is started anew, for a new token of its CNI plugin')
  await guest.sudo('kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system rollout restart daemonset/calico-node', [], {
    timeoutMs,
    signal: lab.world.signal,
  })
}
