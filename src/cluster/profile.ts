/** The slow-host profile: what klab turns up so that a control plane under software emulation does not trip over its own time-outs. */

export interface Profile {
  readonly name: 'normal' | 'slow-host'
  /** One line for the plan. */
  readonly why: string
  readonly etcdArgs: Readonly<Record<string, string>>
  readonly controllerManagerArgs: Readonly<Record<string, string>>
  readonly schedulerArgs: Readonly<Record<string, string>>
  readonly apiServerArgs: Readonly<Record<string, string>>
  /** Fields of KubeletConfiguration. */
  readonly kubelet: Readonly<Record<string, unknown>>
  /** kubeadm patches of the static pods: target file name → YAML object (`kubeadm init --patches`). */
  readonly patches: Readonly<Record<string, unknown>>
  /** How long `kubeadm init` waits for the API server, seconds (its default is 240). */
  readonly apiServerTimeoutS: number
  /** Multiplies klab's own waiting limits. */
  readonly patience: number
}

const NORMAL: Profile = {
  name: 'normal',
  why: 'KVM: kubeadm’s own time-outs',
  etcdArgs: {},
  controllerManagerArgs: {},
  schedulerArgs: {},
  apiServerArgs: {},
  kubelet: {},
  patches: {},
  apiServerTimeoutS: 240,
  patience: 1,
}

/** Probes of the static pods: kubeadm 1.20 gives 15 s a try and 8 tries (24 at start); under TCG a busy node needs more. */
const patientProbes = (container: string): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: container, namespace: 'kube-system' },
  spec: {
    containers: [
      {
        name: container,
        livenessProbe: { failureThreshold: 12, timeoutSeconds: 60, periodSeconds: 20 },
        startupProbe: { failureThreshold: 90, timeoutSeconds: 30 },
      },
    ],
  },
})

/**
 * The profile for an accelerator. Under TCG: no leader election (right with one control plane; field notes: the leases were lost
 * again and again), etcd heartbeat 500 ms and election 5 s (etcd tuning guide: election = 10 × heartbeat), node monitoring
 * stretched to 2 minutes, patient liveness probes.
 */
export function profileFor(accel: 'kvm' | 'tcg', controlPlanes: number): Profile {
  if (accel === 'kvm') return NORMAL
  const single: Record<string, string> = controlPlanes === 1 ? { 'leader-elect': 'false' } : {}
  return {
    name: 'slow-host',
    why: 'software emulation (TCG): leader election off, longer leases, probes and etcd heartbeats',
    etcdArgs: { 'heartbeat-interval': '500', 'election-timeout': '5000', 'snapshot-count': '10000' },
    controllerManagerArgs: { ...single, 'node-monitor-grace-period': '2m0s', 'node-monitor-period': '10s' },
    schedulerArgs: single,
    apiServerArgs: {},
    kubelet: { nodeStatusUpdateFrequency: '20s', nodeLeaseDurationSeconds: 120, runtimeRequestTimeout: '10m0s' },
    patches: {
      etcd: patientProbes('etcd'),
      'kube-apiserver': patientProbes('kube-apiserver'),
      'kube-controller-manager': patientProbes('kube-controller-manager'),
      'kube-scheduler': patientProbes('kube-scheduler'),
    },
    apiServerTimeoutS: 900,
    patience: 4,
  }
}
