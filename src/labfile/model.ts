/**
 * A Labfile with all defaults filled in. The rest of klab works with it. Deeply frozen. Must equal z.output of
 * schema.ts.
 */

import type { OwnImageName } from '../versions/own-images.js'

export type Role = 'control-plane' | 'worker'

export interface NodeSpec {
  readonly name: string
  readonly role: Role
  readonly ip: string
  readonly cpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  /** Ports of 127.0.0.1 that lead to it; at least one. */
  readonly ports?: readonly PortForward[] | undefined
  /** In the cluster, beside those that kubeadm and kubelet give it; at least one. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** `KEY=VALUE:EFFECT`, at least one. */
  readonly taints?: readonly string[] | undefined
}

export interface PortForward {
  readonly hostPort: number
  readonly guestPort: number
}

export type ImageSource =
  | { readonly kind: 'builtin'; readonly name: OwnImageName }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'path'; readonly path: string; readonly sha256?: string }

/** The pod network: klab's own flannel, Calico from the bundle, the user's own manifest (absolute path), or none. */
export type CniSpec = 'flannel' | 'none' | CalicoSpec | { readonly manifest: string }

export interface CalicoSpec {
  readonly name: 'calico'
  /** 3.x.y; empty: the one in the user's folder. */
  readonly version: string
  readonly encapsulation: 'ipip' | 'vxlan' | 'vxlanCrossSubnet'
}

export interface KubernetesSpec {
  /** Without the `v`: 1.23.17. */
  readonly version: string
  readonly runtime: 'docker' | 'containerd'
  readonly podCidr: string
  readonly serviceCidr: string
  readonly cni: CniSpec
  readonly proxyMode: 'iptables' | 'ipvs' | 'nftables'
  /** Mirrors of Docker Hub for the runtime (course 2.3.7). */
  readonly registryMirrors: readonly string[]
  /** docker-ce's version, such as 19.03.8 (course 2.3.5); undefined: the distribution's docker, or the newest. */
  readonly dockerVersion?: string | undefined
  /** Where the nodes get kubeadm, kubelet and kubectl from (course 2.5). */
  readonly packages: 'bundle' | 'repository'
  readonly bundle: BundleSource
  /** Names of the add-ons that are enabled (course 1.3), at least one; undefined: none. */
  readonly addons?: readonly string[] | undefined
  /** Fields of KubeletConfiguration; they win over klab's own. */
  readonly kubelet?: Readonly<Record<string, unknown>> | undefined
  readonly apiServer?: ComponentSpec | undefined
  readonly controllerManager?: ComponentSpec | undefined
  readonly scheduler?: ComponentSpec | undefined
  readonly etcd?: ComponentSpec | undefined
  /**
   * The address that the control planes share; undefined with one control plane (labfile/build.ts fills in a default).
   */
  readonly apiEndpoint?: string | undefined
  /** Names of kubeadm's preflight checks that may fail. */
  readonly ignorePreflightErrors?: readonly string[] | undefined
}

/** A component of the control plane. */
export interface ComponentSpec {
  /** Flags without dashes; they win over klab's own. */
  readonly extraArgs: Readonly<Record<string, string>>
}

/**
 * `auto`: `upstream` if it answers, otherwise `source`; `source`: built from Go modules and Debian's packages;
 * `upstream`, `aliyun`: downloaded; `dir`: the user's own archives, binaries and manifests.
 */
export type BundleSource =
  { readonly source: 'source' } | AutoSource | OnlineSource | { readonly source: 'dir'; readonly path: string }

/** What `auto` became for one lab, and the reason, in words that follow its name. */
export interface BundleChoice {
  readonly source: 'upstream' | 'source'
  readonly why: string
}

export interface AutoSource extends Omit<OnlineSource, 'source'> {
  readonly source: 'auto'
}

export interface OnlineSource {
  readonly source: 'upstream' | 'aliyun'
  /** Debian's name; undefined: this machine's. */
  readonly arch?: 'amd64' | 'arm64' | undefined
  readonly mirrors: Mirrors
}

/** Servers to use instead of the original ones; addresses without a final slash. */
export interface Mirrors {
  readonly release?: string | undefined
  readonly github?: string | undefined
  readonly calico?: string | undefined
  readonly packages?: string | undefined
  /** Host in an image's name → registry (perhaps with a path) to pull it from. */
  readonly registries?: Readonly<Record<string, string>> | undefined
}

export interface OsSpec {
  readonly timezone: string
  readonly locale: string
  readonly timeServers: readonly string[]
  /** Load the IPVS kernel modules (course 2.2.4). */
  readonly ipvs: boolean
  /** `lt`: ELRepo's long-term kernel, on RHEL and its relatives (course 2.1). */
  readonly kernel: 'stock' | 'lt'
  /** The login user that klab makes in every guest. */
  readonly user: string
  /** Public keys that may log in beside the lab's own. */
  readonly authorizedKeys: readonly string[]
}

/** Where nodes get packages from: addresses without a slash at the end. */
export interface MirrorsSpec {
  readonly os?: string | undefined
  readonly docker?: string | undefined
  readonly kubernetes?: string | undefined
  readonly elrepo?: string | undefined
}

export interface Lab {
  readonly name: string
  readonly hypervisor: {
    readonly uri: 'auto' | 'qemu:///session' | 'qemu:///system'
    readonly accel: 'auto' | 'kvm' | 'tcg'
  }
  readonly image: ImageSource
  readonly network: { readonly mode: 'user' | 'nat'; readonly cidr: string; readonly internet: boolean }
  readonly nodes: readonly NodeSpec[]
  /** undefined: plain VMs (`kubernetes: false`). */
  readonly kubernetes: KubernetesSpec | undefined
  readonly mirrors: MirrorsSpec
  readonly os: OsSpec
}

/** A loaded Labfile: the model, where it came from, and the sha256 of its text. */
export interface LoadedLab {
  readonly lab: Lab
  /** Absolute path of the Labfile. */
  readonly path: string
  readonly sha256: string
}
