/** Calico's CNI plugin after a long sleep: its token, which calico-node writes into /etc/cni/net.d/calico-kubeconfig, lives for hours, and is renewed by a timer that did not run meanwhile. */
import { controlPlane } from '../phases/machine.js'
import { connectWithin } from '../phases/nodes.js'
import type { LockedLab } from './types.js'

/** Seconds: the shortest life of a service account's projected token (kubernetes.io, "Configure Service Accounts for Pods"); calico-node's own is of 24 hours. */
const TOKEN_S = 3600

/** Starts calico-node anew on every node when the clocks went on by more than a token may live; its first act is to write a token. Waits for nothing. Throws CommandError, ProbeError. */
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
