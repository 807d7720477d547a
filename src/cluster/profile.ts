/**
 * The slow-host profile: settings that klab raises so that a control plane under software emulation does not run into
 * its own time-outs.
 */
import { english } from '../words/say.js'

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
  /** Flags of kubelet that its configuration has no field for. */
  readonly kubeletArgs: Readonly<Record<string, string>>
  /** Fields of KubeProxyConfiguration. */
  readonly kubeProxy: Readonly<Record<string, unknown>>
  /**
   * What signs the cluster’s certificates, if not kubeadm’s RSA-2048. On an emulated CPU openssl signs in 26 ms with
   * that, in 1.4 ms with this (docs/decisions.md), and after each start of the API server all its clients come at once.
   */
  readonly signing?: 'ECDSA-P256' | undefined
  /** kubeadm patches of the static pods: target file name → YAML object (`kubeadm init --patches`). */
  readonly patches: Readonly<Record<string, unknown>>
  /** How long `kubeadm init` waits for the API server, seconds (its default is 240). */
  readonly apiServerTimeoutS: number
  /** Multiplies klab's own waiting limits. */
  readonly patience: number
}

const NORMAL: Profile = {
  name: 'normal',
  why: english('KVM: kubeadm’s own time-outs'),
  etcdArgs: {},
  controllerManagerArgs: {},
  schedulerArgs: {},
  apiServerArgs: {},
  kubelet: {},
  kubeletArgs: {},
  kubeProxy: {},
  patches: {},
  apiServerTimeoutS: 240,
  patience: 1,
}

/**
 * Probes of the static pods. kubeadm gives a liveness probe 15 s and 8 tries (24 at start). That is too little for a
 * busy node under TCG. It also asks the API server's readiness every second; each time is a TLS handshake, which alone
 * takes a good part of an emulated CPU. kubeadm 1.17 and 1.18 write only a liveness probe
 * (app/phases/controlplane/manifests.go), and kubelet starts no pod whose probe says when to ask but not what. There
 * the liveness probe must also cover the start.
 */
const patientProbes = (container: string, minor: number): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: container, namespace: 'kube-system' },
  spec: {
    containers: [
      {
        name: container,
        ...(minor < 19
          ? { livenessProbe: { failureThreshold: 15, timeoutSeconds: 60, periodSeconds: 60 } }
          : {
              livenessProbe: { failureThreshold: 8, timeoutSeconds: 60, periodSeconds: 60 },
              startupProbe: { failureThreshold: 90, timeoutSeconds: 30, periodSeconds: 10 },
              ...(container === 'kube-apiserver'
                ? { readinessProbe: { failureThreshold: 3, timeoutSeconds: 30, periodSeconds: 15 } }
                : {}),
            }),
      },
    ],
  },
})

/**
 * Eight times the defaults of kube-controller-manager and kube-scheduler (15, 10 and 2 s). A leader that cannot renew
 * its lease before the deadline ends, and under emulation one request may take half a minute.
 */
const PATIENT_LEASES = {
  'leader-elect-lease-duration': '120s',
  'leader-elect-renew-deadline': '80s',
  'leader-elect-retry-period': '16s',
}

/**
 * The profile for an accelerator and a Kubernetes minor. Under TCG: no leader election (right with one control plane;
 * field notes: the leases were lost again and again), or with several control planes patient leases; etcd heartbeat 500
 * ms and election 5 s (etcd tuning guide: election = 10 × heartbeat), node monitoring stretched to 2 minutes, patient
 * probes. It also checks things that do not change less often: otherwise an idle four-node cluster kept two cores busy
 * (docs/benchmarks.md).
 */
export function profileFor(accel: 'kvm' | 'tcg', controlPlanes: number, minor = 20): Profile {
  if (accel === 'kvm') return NORMAL
  const single = controlPlanes === 1
  // A feature of kubeadm from 1.19 on (kubeadm init, "Feature gates").
  const signing = minor >= 19 ? 'ECDSA-P256' : undefined
  const election: Readonly<Record<string, string>> = single ? { 'leader-elect': 'false' } : PATIENT_LEASES
  const why = single
    ? english('software emulation (TCG): leader election off, longer leases, probes and etcd heartbeats')
    : english('software emulation (TCG): longer leases, probes and etcd heartbeats')
  return {
    name: 'slow-host',
    why: signing === undefined ? why : english('{why}, ECDSA keys', { why }),
    etcdArgs: { 'heartbeat-interval': '500', 'election-timeout': '5000', 'snapshot-count': '10000' },
    controllerManagerArgs: { ...election, 'node-monitor-grace-period': '2m0s', 'node-monitor-period': '10s' },
    schedulerArgs: election,
    // Fair queuing between many clients; a lab has one. The flag came in 1.18; in the newest minors more depends on it.
    apiServerArgs: minor >= 18 && minor < 29 ? { 'enable-priority-and-fairness': 'false' } : {},
    kubelet: {
      nodeStatusUpdateFrequency: '20s',
      // If the update frequency is set, this follows it, and kubelet then writes the whole status every 20 s; this
      // value is its usual default.
      nodeStatusReportFrequency: '5m0s',
      nodeLeaseDurationSeconds: 120,
      runtimeRequestTimeout: '10m0s',
      volumeStatsAggPeriod: '10m0s',
    },
    // Otherwise cAdvisor walks every cgroup every 10 s. The second flag was still in 1.29 and is gone in 1.32 (kubelet,
    // globalflags_linux.go).
    kubeletArgs: { 'housekeeping-interval': '60s', ...(minor < 30 ? { 'global-housekeeping-interval': '5m0s' } : {}) },
    signing,
    kubeProxy: {
      iptables: { syncPeriod: '5m0s', minSyncPeriod: '5s' },
      ipvs: { syncPeriod: '5m0s', minSyncPeriod: '5s' },
    },
    patches: {
      etcd: patientProbes('etcd', minor),
      'kube-apiserver': patientProbes('kube-apiserver', minor),
      'kube-controller-manager': patientProbes('kube-controller-manager', minor),
      'kube-scheduler': patientProbes('kube-scheduler', minor),
    },
    apiServerTimeoutS: 900,
    patience: 4,
  }
}
