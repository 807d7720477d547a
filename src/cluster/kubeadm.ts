/** kubeadm's configuration files, made from the lab. Pure. */
import { stringify } from 'yaml'
import type { KubernetesSpec, NodeSpec } from '../labfile/model.js'
import { API_PORT } from '../state/endpoints.js'
import type { Profile } from './profile.js'
import { hostPort, type ClusterEndpoint } from './topology.js'
import { criSocket, kubeadmApi, minorOf } from '../versions/kubernetes.js'

/** Where klab puts the patches inside the control plane. */
export const PATCHES_DIR = '/etc/klab/patches'

/**
 * v1beta4 takes extra arguments as a list of {name, value}, older versions as a map (kubeadm-config.v1beta4,
 * "extraArgs").
 */
const extraArgs = (args: Readonly<Record<string, string>>, api: string): unknown =>
  api === 'v1beta4' ? Object.entries(args).map(([name, value]) => ({ name, value })) : args

/** Adds the field only if it has a value. */
const ifAny = (key: string, args: Readonly<Record<string, string>>, api: string): Record<string, unknown> =>
  Object.keys(args).length ? { [key]: extraArgs(args, api) } : {}

const documents = (docs: readonly unknown[]): string => docs.map((d) => stringify(d)).join('---\n')

/**
 * With docker, kubelet up to 1.23 starts every CNI plugin each 5 s to ask for its version. On a slow host it asks a
 * script that remembers the answer (cloud-init/phases/cni-plugin.sh): Calico's plugin takes 1 to 2 s of an emulated
 * CPU.
 */
const pluginFolders = (k: KubernetesSpec, profile: Profile): Record<string, string> =>
  profile.name === 'slow-host' && k.runtime === 'docker' ? { 'cni-bin-dir': '/usr/lib/klab/cni,/opt/cni/bin' } : {}

/**
 * What `kubeadm init` and `join` are told about one node (its own address: in user mode networking every guest has the
 * same one on NIC 1).
 */
const registration = (k: KubernetesSpec, node: NodeSpec, profile: Profile): Record<string, unknown> => {
  const minor = minorOf(k.version)
  return {
    name: node.name,
    criSocket: criSocket(k.runtime, minor),
    kubeletExtraArgs: extraArgs(
      { 'node-ip': node.ip, ...profile.kubeletArgs, ...pluginFolders(k, profile) },
      kubeadmApi(minor),
    ),
    // kubeadm-config.v1beta2, "NodeRegistrationOptions".
    ...(k.ignorePreflightErrors?.length && { ignorePreflightErrors: k.ignorePreflightErrors }),
  }
}

/** The profile's limit for the API server's start, as kubeadm writes it. */
const startLimit = (profile: Profile): string => `${Math.round(profile.apiServerTimeoutS / 60)}m0s`

/**
 * v1beta4's other time-outs (defaults: 4, 1 and 5 minutes); older kubeadms have no fields for them. `init` binds its
 * admin role before it waits for the API server (kubeadm, util/kubeconfig: EnsureAdminClusterRoleBinding), so the limit
 * of one API call must also cover that start. Seen with 1.37.2: four minutes were too few on a busy host.
 */
const patientTimeouts = (profile: Profile): Record<string, string> =>
  profile.patience > 1
    ? {
        kubeletHealthCheck: `${4 * profile.patience}m0s`,
        kubernetesAPICall: startLimit(profile),
        tlsBootstrap: `${5 * profile.patience}m0s`,
      }
    : {}

/** How long a joining control plane waits for etcd and for its own pods; v1beta4 only (default: 2 and 4 minutes). */
const memberTimeouts = (profile: Profile): Record<string, string> =>
  profile.patience > 1
    ? { etcdAPICall: startLimit(profile), controlPlaneComponentHealthCheck: startLimit(profile) }
    : {}

/** From kubeadm 1.22 on the patches folder is part of the configuration; before, it is a flag (see initFlags). */
const patches = (minor: number, profile: Profile): Record<string, unknown> =>
  minor >= 22 && Object.keys(profile.patches).length ? { patches: { directory: PATCHES_DIR } } : {}

/**
 * Flags that `kubeadm init` and the join of a control plane need besides `--config`: 1.19 to 1.21 take patches through
 * `--experimental-patches`, 1.17 and 1.18 the same files through `--experimental-kustomize` (kubeadm,
 * app/util/kustomize: strategic merge patches).
 */
export function initFlags(k: KubernetesSpec, profile: Profile): readonly string[] {
  const minor = minorOf(k.version)
  if (minor >= 22 || Object.keys(profile.patches).length === 0) return []
  return [minor < 19 ? '--experimental-kustomize' : '--experimental-patches', PATCHES_DIR]
}

/** The flags of each static pod that are not kubeadm's own: the profile's; the Labfile's win over them. */
export const podArgs = (k: KubernetesSpec, profile: Profile) => ({
  etcd: { ...profile.etcdArgs, ...k.etcd?.extraArgs },
  'kube-apiserver': { ...profile.apiServerArgs, ...k.apiServer?.extraArgs },
  'kube-controller-manager': { ...profile.controllerManagerArgs, ...k.controllerManager?.extraArgs },
  'kube-scheduler': { ...profile.schedulerArgs, ...k.scheduler?.extraArgs },
})

/** The profile's kind of keys: a field of v1beta4 (kubeadm 1.31), before that a feature gate. */
const signing = ({ signing }: Profile, api: string): Record<string, unknown> => {
  if (signing === undefined) return {}
  return api === 'v1beta4' ? { encryptionAlgorithm: signing } : { featureGates: { PublicKeysECDSA: true } }
}

export interface InitFacts {
  /** The bootstrap token; it ends after 15 minutes. */
  readonly token: string
  /**
   * There are no workers, so pods may run here: an empty list of taints (without a list kubeadm sets its own taints).
   */
  readonly alone?: boolean
  /** The address that several control planes share. */
  readonly shared?: ClusterEndpoint | undefined
  /** Encrypts the certificates that other control planes fetch, 64 hex digits. Only for `upload-certs`. */
  readonly certificateKey?: string
}

/**
 * InitConfiguration, ClusterConfiguration, KubeletConfiguration and KubeProxyConfiguration for the control plane
 * (course 2.9.2).
 */
export function initConfig(
  k: KubernetesSpec,
  node: NodeSpec,
  profile: Profile,
  { token, alone = false, shared, certificateKey }: InitFacts,
): string {
  const minor = minorOf(k.version)
  const api = kubeadmApi(minor)
  const apiVersion = `kubeadm.k8s.io/${api}`
  const args = podArgs(k, profile)
  const timeout = startLimit(profile)
  return documents([
    {
      apiVersion,
      kind: 'InitConfiguration',
      bootstrapTokens: [
        {
          token,
          ttl: '15m0s',
          usages: ['signing', 'authentication'],
          groups: ['system:bootstrappers:kubeadm:default-node-token'],
        },
      ],
      ...(certificateKey !== undefined && { certificateKey }),
      localAPIEndpoint: { advertiseAddress: node.ip, bindPort: API_PORT },
      nodeRegistration: { ...registration(k, node, profile), ...(alone ? { taints: [] } : {}) },
      ...patches(minor, profile),
      ...(api === 'v1beta4'
        ? { timeouts: { controlPlaneComponentHealthCheck: timeout, ...patientTimeouts(profile) } }
        : {}),
    },
    {
      apiVersion,
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${k.version}`,
      ...(shared && { controlPlaneEndpoint: hostPort(shared) }),
      ...signing(profile, api),
      networking: { podSubnet: k.podCidr, serviceSubnet: k.serviceCidr, dnsDomain: 'cluster.local' },
      apiServer: {
        // 127.0.0.1: the forwarded port on the host, which the lab's kubeconfig uses. kubeadm adds the name and address
        // of each control plane that joins.
        certSANs: ['127.0.0.1', 'localhost', node.ip, node.name, ...(shared ? [shared.host] : [])],
        ...ifAny('extraArgs', args['kube-apiserver'], api),
        ...(api === 'v1beta4' ? {} : { timeoutForControlPlane: timeout }),
      },
      controllerManager: ifAny('extraArgs', args['kube-controller-manager'], api),
      scheduler: ifAny('extraArgs', args['kube-scheduler'], api),
      etcd: {
        local: {
          dataDir: '/var/lib/etcd',
          ...ifAny('extraArgs', args.etcd, api),
        },
      },
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'systemd',
      ...profile.kubelet,
      ...k.kubelet,
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: k.proxyMode,
      ...profile.kubeProxy,
    },
  ])
}

/** What a node needs to join a cluster. */
export interface JoinFacts {
  readonly endpoint: ClusterEndpoint
  /** A bootstrap token that has not expired. */
  readonly token: string
  /** `sha256:…` of the CA's public key. */
  readonly caHash: string
}

/** What a node needs to join as a control plane. */
export interface MemberFacts extends JoinFacts {
  /** Decrypts what `kubeadm init phase upload-certs` left in the cluster, 64 hex digits. */
  readonly certificateKey: string
  readonly alone?: boolean
}

/** The parts that all JoinConfigurations have: token and the CA's hash, never `unsafeSkipCAVerification`. */
const joining = (k: KubernetesSpec, node: NodeSpec, profile: Profile, { endpoint, token, caHash }: JoinFacts) => ({
  apiVersion: `kubeadm.k8s.io/${kubeadmApi(minorOf(k.version))}`,
  kind: 'JoinConfiguration',
  discovery: { bootstrapToken: { apiServerEndpoint: hostPort(endpoint), token, caCertHashes: [caHash] } },
  nodeRegistration: registration(k, node, profile),
})

/** v1beta4's time-outs for a join; none on a fast host. */
const joinTimeouts = (k: KubernetesSpec, profile: Profile, more: Record<string, string> = {}) =>
  kubeadmApi(minorOf(k.version)) === 'v1beta4' && profile.patience > 1
    ? { timeouts: { ...patientTimeouts(profile), ...more } }
    : {}

/** JoinConfiguration of a worker (course 2.9.4). */
export const joinConfig = (k: KubernetesSpec, node: NodeSpec, profile: Profile, facts: JoinFacts): string =>
  documents([{ ...joining(k, node, profile, facts), ...joinTimeouts(k, profile) }])

/**
 * JoinConfiguration of a control plane beside the first. The key is in this file and not among the arguments, which
 * every process could read.
 */
export function memberConfig(k: KubernetesSpec, node: NodeSpec, profile: Profile, facts: MemberFacts): string {
  const base = joining(k, node, profile, facts)
  return documents([
    {
      ...base,
      nodeRegistration: { ...base.nodeRegistration, ...(facts.alone === true ? { taints: [] } : {}) },
      controlPlane: {
        localAPIEndpoint: { advertiseAddress: node.ip, bindPort: API_PORT },
        certificateKey: facts.certificateKey,
      },
      ...patches(minorOf(k.version), profile),
      ...joinTimeouts(k, profile, memberTimeouts(profile)),
    },
  ])
}

/** The patch files for PATCHES_DIR: name → YAML (kubeadm: `target+patchtype.yaml`). */
export const patchFiles = (profile: Profile): readonly { name: string; content: string }[] =>
  Object.entries(profile.patches).map(([target, patch]) => ({
    name: `${target}+strategic.yaml`,
    content: stringify(patch),
  }))
